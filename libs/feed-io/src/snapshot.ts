import { open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { FilePlace, Snapshot, SnapshotFile, SnapshotPart } from '@tidewaiter/feeds';
import { messageOf, UserError } from '@tidewaiter/kit';

/** Deep enough for a checkout of an advisory repository, shallow enough to end on a directory that was not meant. */
const maxDepth = 8;

/** Raw forms of feeds: documents, compressed or not, and archives of them. */
const recordFile = /\.(?:zip|tgz|(?:json|xml|csv|ya?ml|tar)(?:\.(?:gz|bz2|zst|xz))?)$/i;
const archive = /\.(?:zip|tgz|tar(?:\.(?:gz|bz2|zst|xz))?)$/i;

/**
 * The raw files under a path: an archive, a document, or a directory of them at any depth. Each archive is a part of its
 * own, and so are all loose documents of a directory together. `name` names the part when the path is one file.
 */
export async function openSnapshot(path: string, name?: string): Promise<Snapshot> {
  const kind = await kindOf(path);
  if (kind === 'file') {
    if (!isRecordFile(path)) {
      throw new UserError(
        'feed-source-unknown',
        `${path} is no .json, .xml, .csv or .yaml file (also .gz, .bz2, .zst), no .zip or .tar archive and no directory of them.`,
      );
    }
    return { parts: [partOf(name ?? partNameOf(path), [path], basename(path))] };
  }
  const files = await recordFilesUnder(path);
  const archives = files.filter(isArchive);
  const loose = files.filter((file) => !isArchive(file));
  if (files.length === 0) {
    throw new UserError('feed-source-empty', `${path} holds no file a feed could have, so there is nothing to read.`);
  }
  const parts = archives.map((file) => partOf(partNameOf(relative(path, file), path), [file], relative(path, file)));
  if (loose.length > 0) parts.push(partOf(basename(path), loose, undefined, path));
  const doubled = parts.find((part, index) => parts.findIndex((other) => other.name === part.name) !== index);
  if (doubled !== undefined) {
    throw new UserError('feed-source-twice', `${path} has two parts named ${doubled.name}; keep one of them.`);
  }
  return { parts };
}

export interface PlacedFile extends FilePlace {
  readonly part: string;
}

/** Files by the part they belong to, in the order given. */
export function snapshotOf(files: readonly PlacedFile[]): Snapshot {
  const parts = Map.groupBy(files, ({ part }) => part);
  return {
    parts: [...parts].map(([part, members]) => {
      const places = new Map(members.map(({ part: _part, ...place }) => [place.path, place]));
      return placedPart(part, [...places.values()]);
    }),
  };
}

/** `npm` for `npm.zip`, and for `npm/all.zip` as OSV lays its exports out. */
export function partNameOf(path: string, root = ''): string {
  const stem = basename(path).replace(recordFile, '');
  if (stem !== 'all') return stem;
  const parent = basename(dirname(path));
  return parent === '' || parent === '.' ? basename(root) || stem : parent;
}

function partOf(name: string, paths: readonly string[], shownAs?: string, root = ''): SnapshotPart {
  return placedPart(
    name,
    paths.map((path) => ({ path, name: shownAs ?? relative(root, path).split(sep).join('/') })),
  );
}

/** A part of files of this machine. */
export function placedPart(name: string, places: readonly FilePlace[]): SnapshotPart {
  return { name, files: () => openFiles(places), places };
}

async function* openFiles(places: readonly FilePlace[]): AsyncGenerator<SnapshotFile> {
  for (const { path, ...shown } of places) {
    const handle = await opened(path);
    try {
      const { size } = await handle.stat();
      yield {
        ...shown,
        sizeBytes: size,
        read: async (target, position) => (await handle.read(target, 0, target.length, position)).bytesRead,
      };
    } finally {
      await handle.close();
    }
  }
}

/** Nothing is taken from a source of which something cannot be opened: what that file has would look as if it were gone. */
async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw new UserError('feed-file-unreadable', `${path} cannot be read (${messageOf(error)}).`, { cause: error });
  }
}

/** The paths of all raw files under a path. */
export async function recordFilesOf(path: string): Promise<readonly string[]> {
  return (await kindOf(path)) === 'file' ? [path] : recordFilesUnder(path);
}

async function kindOf(path: string): Promise<'file' | 'directory'> {
  const found = await stat(path).catch((error: unknown) => {
    throw new UserError('feed-source-missing', `${path} cannot be read (${messageOf(error)}).`, { cause: error });
  });
  return found.isDirectory() ? 'directory' : 'file';
}

/** Those a feed could have. */
async function recordFilesUnder(directory: string): Promise<string[]> {
  return (await filesUnder(directory)).filter(isRecordFile);
}

/**
 * All files but hidden ones. Sorted, so that the same directory is always read in the same order. Links are followed, each directory
 * once: they may lead back. One that leads nowhere is a file like others, of which whoever opens it says so.
 */
export async function filesUnder(directory: string, depth = 0, seen = new Set<string>()): Promise<string[]> {
  const real = await realpath(directory);
  if (depth > maxDepth || seen.has(real)) return [];
  seen.add(real);
  const entries = await readdir(directory, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(directory, entry.name);
    // Neither devices nor pipes: some have no end.
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (target?.isDirectory() === true) found.push(...(await filesUnder(path, depth + 1, seen)));
    else if (target === undefined || target.isFile()) found.push(path);
  }
  return found;
}

export function isArchive(name: string): boolean {
  return archive.test(name);
}

export function isRecordFile(name: string): boolean {
  return recordFile.test(name);
}
