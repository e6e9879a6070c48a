import type { ExtractedPackage } from '@tidewaiter/contracts';
import {
  isBounded,
  isPackageText,
  nothingExtracted,
  type ExtractContext,
  type Extraction,
  type Extractor,
  type LayerFile,
} from '../extractor';
import { readSections, type Sections } from './sections';

const directory = 'var/lib/pacman/local';
const mebibyte = 1024 * 1024;

/** The package database of Arch Linux and its derivatives. See README.md beside this file. */
export const pacman: Extractor = {
  id: 'pacman',
  revision: 2,
  reads: 'system',
  files: [
    { baseName: 'desc', below: directory, maxBytes: 4 * mebibyte },
    { baseName: 'files', below: directory, maxBytes: 64 * mebibyte },
  ],
  extract: (file, context) => Promise.resolve(extract(file, context)),
};

function extract(file: LayerFile, context: ExtractContext): Extraction {
  // `local/<name>-<version>-<release>/desc` and nothing deeper, at the root of the image.
  const [packageDirectory, baseName, ...deeper] = file.path.startsWith(`${directory}/`)
    ? file.path.slice(directory.length + 1).split('/')
    : [];
  if (packageDirectory === undefined || deeper.length > 0) return nothingExtracted;
  const text = file.bytes.toString('utf8');
  if (baseName === 'desc') return readDescription(readSections(text), file.path);
  const paths = (readSections(text).get('FILES') ?? []).filter((path) => context.wantsOwner(path));
  if (paths.length === 0) return nothingExtracted;
  return { ...nothingExtracted, ownedFiles: [{ statedIn: `${directory}/${packageDirectory}/desc`, paths }] };
}

function readDescription(sections: Sections, path: string): Extraction {
  const first = (section: string): string | undefined => sections.get(section)?.[0];
  const name = first('NAME');
  const version = first('VERSION');
  const architecture = first('ARCH');
  const licenses = sections.get('LICENSE') ?? [];
  const base = first('BASE') ?? name;
  const others = [architecture, ...licenses];
  if (!isPackageText(name) || !isPackageText(version) || !isPackageText(base) || !others.every(isBounded)) {
    return {
      ...nothingExtracted,
      problems: [
        {
          code: 'pacman-entry-incomplete',
          message: `"${path}" of the pacman database has no name or no version, or a text too long for either: a package is missing.`,
          path,
        },
      ],
    };
  }
  const found: ExtractedPackage = {
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    // One recipe makes all its packages in one version.
    source: { name: base, version },
    ...(isDistroAddress(first('PACKAGER')) ? { isDistroMaintained: true } : {}),
    ...(licenses.length === 0 ? {} : { licenses }),
  };
  return { packages: [found], problems: [] };
}

/** What somebody built at home, from the AUR for example, names them or says "Unknown Packager". */
function isDistroAddress(packager: string | undefined): boolean {
  return /[@.](?:archlinux\.org|archlinuxarm\.org|manjaro\.org|artixlinux\.org)>?$/i.test(packager ?? '');
}
