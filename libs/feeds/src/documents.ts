import {
  compressionOf,
  decompress,
  DecompressionFault,
  defaultZipLimits,
  JsonFault,
  readTarFiles,
  readZip,
  readZipEntries,
  TarFault,
  XmlFault,
  type ZipEntry,
} from '@tidewaiter/formats';
import { err, ok, type Result } from '@tidewaiter/kit';
import type { FeedProblem, SnapshotFile, SnapshotPart } from './feed';

/** One document of a source, whatever it was packed in. Usable until the next one is asked for. */
export interface FeedDocument {
  /** Without what it was compressed with: `a/b.json`. */
  readonly name: string;
  /** Where it lies, for problems: `osv.tar.gz/a/b.json`. */
  readonly path: string;
  /** Another one for other bytes, where that is known without reading them. */
  readonly stamp?: string;
  /** All of it, at most 512 MiB; or why there is none. */
  bytes(): Promise<Result<Uint8Array, FeedProblem>>;
  /** Piece by piece, for what is too large to hold; only once. @throws DecompressionFault */
  chunks(): AsyncIterable<Uint8Array>;
}

/** What a document may inflate to when it is read piece by piece. The largest real one has 2 GB. */
const maxStreamedBytes = 16 * 1024 * 1024 * 1024;
const maxHeldBytes = 512 * 1024 * 1024;
const maxArchiveBytes = 64 * 1024 * 1024 * 1024;
const tarLimits = { maxFiles: 3_000_000, maxFileBytes: defaultZipLimits.maxEntryBytes };

/** Asked before a document is read, with its stamp where there is one. */
type Wanted = (name: string, stamp?: string) => boolean;

/**
 * The documents of a part that are wanted: files as they are, compressed ones, and those in zip and tar archives. An archive
 * that is not read to its end is a fatal problem; what is wrong with a file comes before its documents.
 */
export async function* documentsOf(part: SnapshotPart, wanted: Wanted): AsyncGenerator<FeedDocument | FeedProblem> {
  for await (const file of part.files()) {
    if (file.problem !== undefined) yield file.problem;
    if (isZip(file.name) || isTar(file.name)) yield* fromArchive(part.name, file, wanted);
    else if (wanted(plainName(file.name))) yield fromFile(part.name, file);
  }
}

async function* fromArchive(
  part: string,
  file: SnapshotFile,
  wanted: Wanted,
): AsyncGenerator<FeedDocument | FeedProblem> {
  const read = isZip(file.name) ? fromZip : fromTar;
  let inside = 0;
  let first: string | undefined;
  yield* read(part, file, (name, stamp) => {
    if (isZip(name) || isTar(name)) {
      inside += 1;
      first ??= name;
    }
    return wanted(name, stamp);
  });
  if (first === undefined) return;
  const others = inside === 1 ? '' : ` and ${inside - 1} more`;
  const message = `${file.name} has the archive ${first}${others} inside, which is not read; unpack ${file.name} first`;
  yield { code: 'feed-archive-nested', message, part, path: file.name };
}

/** Their names and stamps alone: those of a zip without inflating anything. */
export async function* listDocuments(
  part: SnapshotPart,
  wanted: Wanted,
): AsyncGenerator<Pick<FeedDocument, 'name' | 'stamp'>> {
  for await (const file of part.files()) {
    if (isZip(file.name)) {
      for await (const entry of readZipEntries(file)) {
        if (wanted(entry.name)) yield { name: entry.name, stamp: stampOf(entry) };
      }
    } else if (isTar(file.name)) {
      for await (const item of fromTar(part.name, file, wanted)) if (isDocument(item)) yield item;
    } else if (wanted(plainName(file.name))) yield fromFile(part.name, file);
  }
}

export function isDocument(item: FeedDocument | FeedProblem): item is FeedDocument {
  return 'bytes' in item;
}

/** What cuts the reading of a file short, as a problem of its part; every other error goes on. */
export function readingProblem(part: string, path: string, error: unknown): FeedProblem {
  if (!isFault(error)) throw error;
  return { code: error.code, message: `${path} ${error.message}`, part, path, fatal: true };
}

type ReadingFault = DecompressionFault | JsonFault | TarFault | XmlFault;

function isFault(error: unknown): error is ReadingFault {
  return [DecompressionFault, JsonFault, TarFault, XmlFault].some((kind) => error instanceof kind);
}

/** `a.json` for `a.json.gz`. */
function plainName(name: string): string {
  return name.replace(/\.(?:gz|bz2|zst|xz)$/i, '');
}

function isZip(name: string): boolean {
  return /\.zip$/i.test(name);
}

/**
 * What the directory of a zip says of an entry's bytes. Two of the same length have the same checksum once in four thousand
 * million times; whoever leaves entries out by it reads all of them now and then.
 */
function stampOf({ crc32, inflatedBytes }: ZipEntry): string {
  return `${crc32}-${inflatedBytes}`;
}

function isTar(name: string): boolean {
  return /\.(?:tar(?:\.(?:gz|bz2|zst|xz))?|tgz)$/i.test(name);
}

async function* fromZip(part: string, file: SnapshotFile, wanted: Wanted): AsyncGenerator<FeedDocument | FeedProblem> {
  for await (const entry of readZip(file, (name, listed) => wanted(name, stampOf(listed)))) {
    if (!entry.ok) {
      const { code, message } = entry.error;
      yield {
        code,
        message: `${file.name} ${message}; it was not read to its end`,
        part,
        path: file.name,
        fatal: true,
      };
      return;
    }
    const { name, content } = entry.value;
    const path = `${file.name}/${name}`;
    if (content.ok) yield { ...heldDocument(name, path, content.value), stamp: stampOf(entry.value.entry) };
    else yield { code: content.error.code, message: `${path} ${content.error.message}`, part, path };
  }
}

async function* fromTar(part: string, file: SnapshotFile, wanted: Wanted): AsyncGenerator<FeedDocument | FeedProblem> {
  try {
    for await (const { name, sizeBytes, content } of readTarFiles(
      decompress(file, maxArchiveBytes),
      wanted,
      tarLimits,
    )) {
      const path = `${file.name}/${name}`;
      if (content !== undefined) yield heldDocument(name, path, content);
      else {
        const message = `${path} has ${sizeBytes} bytes, more than the allowed ${tarLimits.maxFileBytes}`;
        yield { code: 'feed-document-too-large', message, part, path };
      }
    }
  } catch (error) {
    yield readingProblem(part, file.name, error);
  }
}

function heldDocument(name: string, path: string, content: Uint8Array): FeedDocument {
  return {
    name,
    path,
    bytes: () => Promise.resolve(ok(content)),

    async *chunks() {
      yield content;
    },
  };
}

function fromFile(part: string, file: SnapshotFile): FeedDocument {
  return {
    name: plainName(file.name),
    path: file.name,
    bytes: () => wholeFile(part, file),
    chunks: () => decompress(file, maxStreamedBytes),
  };
}

async function wholeFile(part: string, file: SnapshotFile): Promise<Result<Uint8Array, FeedProblem>> {
  const path = file.name;
  if ((await compressionOf(file)) === 'none' && file.sizeBytes > maxHeldBytes) {
    const message = `${path} has more than ${maxHeldBytes} bytes`;
    return err({ code: 'feed-document-too-large', message, part, path });
  }
  const pieces: Buffer[] = [];
  try {
    for await (const piece of decompress(file, maxHeldBytes)) pieces.push(piece);
  } catch (error) {
    return err(readingProblem(part, path, error));
  }
  return ok(Buffer.concat(pieces));
}
