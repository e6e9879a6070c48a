import { posix } from 'node:path';
import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { readWal, type ByteSource, type SqliteWal } from '@tidewaiter/formats';
import {
  nothingExtracted,
  type ExtractContext,
  type Extraction,
  type Extractor,
  type LayerFile,
  type OwnedFiles,
} from '../extractor';
import { readContainerManifest } from './container-manifest';
import { readHeaderBlobs } from './database';
import { RpmHeader, tags } from './header';
import { databaseChoice, isMacroFile, readMacros } from './macros';
import { packageOf } from './package';
import { distroVendorOf } from './vendor';

const maxBytes = 1024 * 1024 * 1024;
const macroBytes = 4 * 1024 * 1024;
const manifestPath = 'var/lib/rpmmanifest/container-manifest-2';
const logSuffix = '-wal';
const directories = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'];
const fileNames = ['Packages', 'Packages.db', 'rpmdb.sqlite', `rpmdb.sqlite${logSuffix}`];

/** The package database of rpm. See README.md beside this file. */
export const rpm: Extractor = {
  id: 'rpm',
  revision: 4,
  reads: 'system',
  logSuffix,
  databaseChoice,
  files: [
    ...directories.flatMap((directory) => fileNames.map((name) => ({ path: `${directory}/${name}`, maxBytes }))),
    { path: manifestPath, maxBytes: 16 * 1024 * 1024 },
    { baseName: 'macros', below: 'usr/lib/rpm', maxBytes: macroBytes },
    { directory: 'usr/lib/rpm/macros.d', maxBytes: macroBytes },
    { directory: 'etc/rpm', maxBytes: macroBytes },
    { path: 'root/.rpmmacros', maxBytes: macroBytes },
    { path: 'root/.config/rpm/macros', maxBytes: macroBytes },
  ],
  extract: (file, context) => Promise.resolve(extract(file, context)),
};

function extract(file: LayerFile, context: ExtractContext): Extraction {
  if (file.path === manifestPath) return readContainerManifest(file);
  if (isMacroFile(file.path)) return readMacros(file.path, file.bytes.toString('utf8'));
  if (!directories.includes(posix.dirname(file.path))) return nothingExtracted;
  return file.path.endsWith(logSuffix) ? readLog(file, context) : readDatabase(file.path, file.content, context);
}

/**
 * rpm empties its log when it is done, so one with commits was left by an rpm that was stopped: `rpm -qa` applies it to the
 * database. Without that, which may be of another layer, it is not known whether it has caught up.
 */
function readLog({ path, content, logged }: LayerFile, context: ExtractContext): Extraction {
  const { wal, isDamaged } = readWal(content);
  if (wal === undefined && !isDamaged) return nothingExtracted;
  const damage = isDamaged ? damagedLog(path) : [];
  if (logged === undefined) return { packages: [], problems: isDamaged ? damage : pendingLog(path) };
  const applied = readDatabase(path.slice(0, -logSuffix.length), logged, context, wal);
  return { ...applied, problems: [...applied.problems, ...damage] };
}

function pendingLog(path: string): readonly Problem[] {
  return problem(
    'rpm-database-log-pending',
    path,
    'holds changes that may not have reached the package database, and lies in another layer than that: packages may be missing. Let rpm finish before the image is made.',
  ).problems;
}

function damagedLog(path: string): readonly Problem[] {
  return problem(
    'rpm-database-log-damaged',
    path,
    'is damaged: what rpm did last may be missing. Check the database with rpmdb --verifydb and make the image anew.',
  ).problems;
}

interface Installed {
  readonly extracted: ExtractedPackage;
  /** Of which distro, if of any. */
  readonly distro: string | undefined;
}

function readDatabase(path: string, content: ByteSource, context: ExtractContext, wal?: SqliteWal): Extraction {
  const blobs = readHeaderBlobs(content, wal);
  if (blobs === undefined) {
    return problem(
      'rpm-database-unknown',
      path,
      'is no rpm database of a known form (SQLite, ndb, Berkeley DB): its packages are missing.',
    );
  }
  const installed: Installed[] = [];
  const lists: FileList[] = [];
  const damage: string[] = [];
  let imageDistro: string | undefined;
  for (const blob of blobs) {
    const header = blob.ok ? RpmHeader.parse(blob.value) : undefined;
    const found = header === undefined ? undefined : packageOfHeader(header);
    if (header === undefined || found === undefined) {
      damage.push(blob.ok ? 'has a package without a readable name and version' : blob.error);
      continue;
    }
    const { name } = found.extracted;
    if (header.isDamaged) damage.push(`has a damaged header of the package "${name.slice(0, 128)}"`);
    // Keys that signatures are checked with, kept as if they were packages.
    if (name === 'gpg-pubkey') continue;
    installed.push(found);
    const files = readFiles(header, context);
    if (files.wanted.length > 0) lists.push({ owner: found.extracted, paths: files.wanted });
    if (files.hasOsRelease) imageDistro ??= found.distro;
  }
  const namesakes = repeatedNames(installed);
  const ownedFiles = lists.map((list) => ownedFilesOf(list, namesakes));
  return {
    // One distro's vendor is a third party on another: Microsoft on Red Hat's, Fedora's EPEL on Rocky's.
    packages: installed.map(({ extracted, distro }) => {
      const isDistroMaintained = distro !== undefined && (imageDistro === undefined || distro === imageDistro);
      return isDistroMaintained ? { ...extracted, isDistroMaintained } : extracted;
    }),
    ...(ownedFiles.length === 0 ? {} : { ownedFiles }),
    problems: damage.length === 0 ? [] : problem('rpm-database-damaged', path, summaryOf(damage)).problems,
  };
}

interface FileList {
  readonly owner: ExtractedPackage;
  readonly paths: readonly string[];
}

function packageOfHeader(header: RpmHeader): Installed | undefined {
  const name = header.text(tags.name);
  const version = header.text(tags.version);
  const release = header.text(tags.release);
  if (!name || !version || !release) return undefined;
  const extracted = packageOf({
    name,
    versionRelease: `${version}-${release}`,
    epoch: header.integer(tags.epoch),
    architecture: header.text(tags.architecture),
    sourceRpm: header.text(tags.sourceRpm),
    modularityLabel: header.text(tags.modularityLabel),
    license: header.text(tags.license),
  });
  return { extracted, distro: distroVendorOf(header.text(tags.vendor), release) };
}

/** rpmfiles.h: the package knows the file but did not bring it. */
const ghostFlag = 1 << 6;

function readFiles(
  header: RpmHeader,
  context: ExtractContext,
): { readonly wanted: readonly string[]; readonly hasOsRelease: boolean } {
  const directoryNames = header.texts(tags.directoryNames).map((name) => name.replace(/^\/+/, ''));
  const directoryIndexes = header.integers(tags.directoryIndexes);
  const flags = header.integers(tags.fileFlags);
  const wanted: string[] = [];
  let hasOsRelease = false;
  for (const [at, baseName] of header.texts(tags.baseNames).entries()) {
    const directory = directoryNames[directoryIndexes[at] ?? -1];
    if (directory === undefined || ((flags[at] ?? 0) & ghostFlag) !== 0) continue;
    const path = directory + baseName;
    if (path === 'usr/lib/os-release' || path === 'etc/os-release') hasOsRelease = true;
    if (context.wantsOwner(path)) wanted.push(path);
  }
  return { wanted, hasOsRelease };
}

/** Several kernels stay installed, and a library may be there for two architectures: then the name alone does not say whose. */
function ownedFilesOf({ owner, paths }: FileList, namesakes: ReadonlySet<string>): OwnedFiles {
  const { name, version, architecture } = owner;
  if (!namesakes.has(name)) return { name, paths };
  return { name, version, ...(architecture === undefined ? {} : { architecture }), paths };
}

function repeatedNames(installed: readonly Installed[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { extracted } of installed) (seen.has(extracted.name) ? repeated : seen).add(extracted.name);
  return repeated;
}

function summaryOf(damage: readonly string[]): string {
  const more = damage.length === 1 ? '' : ` (and ${damage.length - 1} more)`;
  return `${damage[0]}${more}: packages may be missing. Check the database with rpmdb --verifydb and make the image anew.`;
}

function problem(code: string, path: string, message: string): Extraction {
  return { packages: [], problems: [{ code, message: `"${path}" ${message}`, path }] };
}
