import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { installedIn } from '../composer/composer';
import { nothingExtracted, type ExtractContext, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { installedPackages } from './installed-php';
import { pharFile, readPhar, type PharEntry } from './phar-archive';

const archiveBytes = 512 * 1024 * 1024;
const listBytes = 64 * 1024 * 1024;

/** Programs in PHP as one file each. See README.md beside this file. */
export const phar: Extractor = {
  id: 'phar',
  revision: 1,
  reads: 'language',
  files: [
    { suffix: '.phar', maxBytes: archiveBytes },
    // Installed on the PATH they have no ending.
    ...['composer', 'wp', 'phpunit', 'phpstan', 'php-cs-fixer', 'drush', 'dep', 'infection', 'psalm'].map(
      (baseName) => ({
        baseName,
        maxBytes: archiveBytes,
      }),
    ),
  ],
  extract: (file, context) => Promise.resolve(readArchive(file, context)),
};

/** How lists of packages are read, the better one first: a directory may have both. */
const lists = [
  { name: 'composer/installed.json', read: (bytes: Buffer, path: string) => installedIn(bytes, path) },
  {
    name: 'composer/installed.php',
    read: (bytes: Buffer, path: string) => {
      const packages = installedPackages(bytes.toString('utf8'));
      if (packages !== undefined) return { packages, problems: [] };
      return { packages: [], problems: [problem(path, 'has a list of packages in another form')] };
    },
  },
];

function readArchive(file: LayerFile, { limits }: ExtractContext): Extraction {
  const entries = readPhar(file.content, limits.archiveEntries);
  if (entries === undefined) return nothingExtracted;
  if (!entries.ok) return { packages: [], problems: [problem(file.path, `has a list of files that ${entries.error}`)] };
  const itself = composerItself(file, entries.value);
  const packages: ExtractedPackage[] = [...itself.packages];
  const problems: Problem[] = [...itself.problems];
  const read = new Set<string>();
  for (const list of lists) {
    for (const entry of entries.value.filter(({ name }) => isNamed(name, list.name))) {
      const directory = entry.name.slice(0, entry.name.lastIndexOf('/'));
      if (read.has(directory)) continue;
      const bytes = pharFile(file.content, entry, listBytes);
      if (!bytes.ok) {
        problems.push(problem(file.path, `has a file "${entry.name}" that ${bytes.error}`));
        continue;
      }
      read.add(directory);
      const found = list.read(bytes.value, file.path);
      packages.push(...found.packages);
      problems.push(...found.problems);
    }
  }
  return { packages, problems };
}

/** Composer is no package of its own archive; its main class says the version. */
function composerItself(file: LayerFile, entries: readonly PharEntry[]): Extraction {
  const main = entries.find(({ name }) => name === 'src/Composer/Composer.php');
  if (main === undefined) return nothingExtracted;
  const text = pharFile(file.content, main, 1024 * 1024);
  const version = text.ok ? versionIn(text.value) : undefined;
  if (version !== undefined) return { packages: [{ name: 'composer/composer', version }], problems: [] };
  return { packages: [], problems: [problem(file.path, 'is Composer without a version that can be read')] };
}

function versionIn(mainClass: Buffer): string | undefined {
  return /^ {0,8}(?:public )?const VERSION = '(\d[\w.+-]{0,63})';/m.exec(mainClass.toString('utf8'))?.[1];
}

function isNamed(path: string, name: string): boolean {
  return path === name || path.endsWith(`/${name}`);
}

function problem(path: string, what: string): Problem {
  return {
    code: 'phar-invalid',
    message: `The archive of PHP "${path}" ${what}; what it holds is missing from the inventory.`,
    path,
  };
}
