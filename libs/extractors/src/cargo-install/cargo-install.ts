import { posix } from 'node:path';
import type { ExtractedPackage } from '@tidewaiter/contracts';
import { isPackageText, type ExtractContext, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseToml } from '../toml';
import { CratesList } from './crates-list.schema';

/** Programs that `cargo install` built. See README.md beside this file. */
export const cargoInstall: Extractor = {
  id: 'cargo-install',
  revision: 1,
  reads: 'language',
  yieldsTo: 'rust-binary',
  files: [{ baseName: '.crates.toml', maxBytes: 4 * 1024 * 1024 }],
  extract: (file, context) => Promise.resolve(readList(file, context)),
};

function readList(file: LayerFile, context: ExtractContext): Extraction {
  const text = file.bytes.toString('utf8');
  // Cargo makes the file before it writes anything, and keeps it when it fails.
  if (text.trim() === '') return { packages: [], problems: [] };
  const list = CratesList.safeParse(parseToml(text));
  const installed = list.success
    ? Object.entries(list.data.v1).map(([key, bins]) => ({ crate: crateOf(key), bins }))
    : [];
  const isWhole = list.success && installed.every(({ crate }) => crate !== undefined);
  const root = posix.dirname(file.path);
  const known = installed.flatMap(({ crate, bins }) => (crate === undefined ? [] : [{ crate, bins }]));
  const owned = known.map(({ crate: { name, version }, bins }) => ({
    name,
    version,
    paths: bins
      .map((bin) => posix.join(root, 'bin', bin))
      .filter((path) => isBelow(path, root) && context.wantsOwner(path)),
  }));
  return {
    packages: known.map(({ crate }) => crate),
    ...(owned.length === 0 ? {} : { ownedFiles: owned }),
    problems: isWhole ? [] : [unreadable(file.path)],
  };
}

function crateOf(key: string): ExtractedPackage | undefined {
  const [, name, version] = /^(\S+) (\S+) \(\S[^)]{0,2048}\)$/.exec(key) ?? [];
  return isPackageText(name) && isPackageText(version) ? { name, version } : undefined;
}

function isBelow(path: string, root: string): boolean {
  return path.startsWith(root === '.' ? 'bin/' : `${root}/bin/`);
}

function unreadable(path: string): Extraction['problems'][number] {
  return {
    code: 'cargo-install-list-unreadable',
    message: `"${path}" is not cargo's list of what it installed, or only in part: programs of crates are missing.`,
    path,
  };
}
