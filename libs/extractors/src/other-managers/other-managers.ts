import { nothingExtracted, type Extraction, type Extractor, type FileSelector, type LayerFile } from '../extractor';

/** Read in places only: whether there is anything in it. */
const maxBytes = 1024 * 1024 * 1024;

interface Manager {
  readonly name: string;
  readonly file: FileSelector;
  readonly isOwn: (path: string) => boolean;
}

/** One file of each that is there whatever is installed with it. */
const managers: readonly Manager[] = [
  at('Nix', 'nix/var/nix/db/db.sqlite'),
  at('Guix', 'var/guix/db/db.sqlite'),
  at('Homebrew', 'home/linuxbrew/.linuxbrew/Homebrew/bin/brew'),
  anywhere('vcpkg', 'vcpkg/status'),
  anywhere('opam', '.opam-switch/switch-state'),
  anywhere('Spack', '.spack-db/index.json'),
];

/** Package managers whose records are not read. See README.md beside this file. */
export const otherManagers: Extractor = {
  id: 'other-managers',
  revision: 1,
  reads: 'language',
  files: managers.map(({ file }) => file),
  extract: (file) => Promise.resolve(extract(file)),
};

function extract({ path, content }: LayerFile): Extraction {
  const manager = managers.find(({ isOwn }) => isOwn(path));
  if (manager === undefined || content.sizeBytes === 0) return nothingExtracted;
  const message = `"${path}" is there because of ${manager.name}, whose records are not read here: what it installed is missing from the inventory, unless another of its files names it.`;
  return { packages: [], problems: [{ code: 'package-manager-unsupported', message, path }] };
}

function at(name: string, path: string): Manager {
  return { name, file: { path, maxBytes }, isOwn: (each) => each === path };
}

/** `directory/file`, wherever a project or a user has it. */
function anywhere(name: string, place: string): Manager {
  const [below = '', baseName = ''] = place.split('/');
  return { name, file: { baseName, below, maxBytes }, isOwn: (each) => `/${each}`.endsWith(`/${place}`) };
}
