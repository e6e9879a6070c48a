import { err, ok, type Result } from '@tidewaiter/kit';
import type { Problem } from '@tidewaiter/contracts';
import { CompressionFault } from './compression-fault';
import { decompressed, type Inflating } from './compression';
import type { ContentSink } from './content-sink';
import { DigestMeter } from './digest';
import { baseNameOf, cleanEntryPath, parentOf } from './entry-path';
import type { Limits } from './limits';
import { blockBytes, TarFault } from './tar/tar-header';
import { TarReader, type TarEntry, type TarVisitor } from './tar/tar-reader';

/** One entry of a layer, its path clean. Whiteouts are told apart already: their markers are never files of the image. */
export type LayerEntry =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly sizeBytes: number;
      /** Permission bits with setuid, setgid and sticky. */
      readonly mode: number;
    }
  /** `sparse`: of an unknown format, or with larger holes than are read. */
  | { readonly kind: 'directory' | 'other' | 'sparse'; readonly path: string }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  /** The target is a clean path from the root of the image; the mode is the target's. */
  | { readonly kind: 'hardlink'; readonly path: string; readonly target: string; readonly mode: number }
  /** The path and everything below it, as lower layers have them, is gone. */
  | { readonly kind: 'whiteout'; readonly path: string }
  /** Everything below the path, as lower layers have it, is gone. */
  | { readonly kind: 'opaque'; readonly path: string };

export interface LayerVisitor {
  /**
   * What is returned receives the content of a file. Called in the order of the archive; the last entry of a path counts. A
   * content that was begun and not ended was cut short.
   */
  entry(entry: LayerEntry): ContentSink | undefined;
  /** Something in the layer that was left out; the walk goes on. */
  problem(problem: Problem): void;
  /** Called between chunks, so that what was collected can be worked off before more arrives. */
  settle?(): Promise<void> | void;
}

export interface LayerBlob {
  /** The stored bytes, compressed or not. A piece need only be valid until the next one is asked for. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What they have to hash to and how many they have to be; absent when the caller does not know. */
  readonly digest?: string;
  readonly sizeBytes?: number;
  /** Hash of the uncompressed tar. */
  readonly diffId?: string;
  readonly inflating?: Inflating | undefined;
}

export interface LayerMeasure {
  readonly entries: number;
  readonly storedBytes: number;
  readonly uncompressedBytes: number;
}

/**
 * Reads a layer in one pass: size and digest of the stored bytes, decompression, diffID, tar. Memory does not grow with the
 * layer. A layer that is not what its image says, or cannot be read to its end, is an error as a whole: nothing the visitor
 * saw may be used then. Errors of the source itself (network, disk) are thrown unchanged.
 */
export async function walkLayer(
  blob: LayerBlob,
  visitor: LayerVisitor,
  limits: Limits,
  signal?: AbortSignal,
): Promise<Result<LayerMeasure, Problem>> {
  const stored = new StoredBytes(blob);
  const tar = new TarReader(tarVisitor(visitor), limits);
  const diff = blob.diffId === undefined || blob.diffId === blob.digest ? undefined : new DigestMeter(blob.diffId);
  const deadline = performance.now() + limits.layerMs;
  let uncompressedBytes = 0;
  try {
    for await (const chunk of decompressed(stored, blob.inflating)) {
      signal?.throwIfAborted();
      if (performance.now() > deadline) {
        throw new LayerFault('layer-too-slow', `reading it took longer than ${limits.layerMs} ms`);
      }
      uncompressedBytes += chunk.length;
      checkGrowth(uncompressedBytes, stored.bytes, limits);
      diff?.update(chunk);
      tar.write(chunk);
      await visitor.settle?.();
    }
    tar.end();
    stored.verify();
    if (!isStated(blob, { diff, storedBytes: stored.bytes, uncompressedBytes }))
      throw new LayerFault('layer-diff-id-mismatch', `it does not unpack to ${blob.diffId ?? ''}`);
  } catch (error) {
    return err(problemOf(await rootFault(error, stored), blob));
  } finally {
    await stored.close();
  }
  return ok({ entries: tar.entries, storedBytes: stored.bytes, uncompressedBytes });
}

/** tar(1) fills up to a record of twenty blocks. https://www.gnu.org/software/tar/manual/html_node/Blocking.html */
const blocksOfRecord = 20;

/**
 * Whether it is the tar that its image states. Who compresses a layer as zstd:chunked writes the tar anew, entry by entry, and ends it
 * after two blocks of zeros; the digest in the config is then still that of the tar with all of its zeros, which mean nothing.
 */
function isStated(
  { diffId }: LayerBlob,
  read: { readonly diff: DigestMeter | undefined; readonly storedBytes: number; readonly uncompressedBytes: number },
): boolean {
  if (diffId === undefined) return true;
  // Equal digests mean that the stored bytes are the tar itself; then nothing may have been unpacked.
  if (read.diff === undefined) return read.storedBytes === read.uncompressedBytes;
  return read.diff.digest() === diffId || read.diff.isPadded(diffId, blockBytes, blocksOfRecord);
}

/** Bytes damaged on their way often look like a malformed archive first; the digest of all of them tells which it is. */
async function rootFault(error: unknown, stored: StoredBytes): Promise<TarFault | CompressionFault | LayerFault> {
  if (error instanceof LayerFault) return error;
  if (!(error instanceof TarFault || error instanceof CompressionFault)) throw error;
  try {
    for await (const rest of stored) void rest;
    return error;
  } catch (fault) {
    if (fault instanceof LayerFault) return fault;
    throw fault;
  }
}

function problemOf(fault: TarFault | CompressionFault | LayerFault, blob: LayerBlob): Problem {
  const layer = blob.digest ?? blob.diffId;
  return {
    code: fault.code,
    message: `Layer ${layer ?? 'without a digest'} was not read: ${fault.message}.`,
    ...(layer === undefined ? {} : { layer }),
  };
}

class LayerFault extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The source, measured on its way through. It can be iterated again after a stop, and goes on where it was. */
class StoredBytes implements AsyncIterable<Uint8Array> {
  readonly #meter: DigestMeter | undefined;
  readonly #input: AsyncIterator<Uint8Array>;
  #bytes = 0;
  #digest: string | undefined;

  constructor(private readonly blob: LayerBlob) {
    this.#meter = blob.digest === undefined ? undefined : new DigestMeter(blob.digest);
    this.#input = blob.bytes[Symbol.asyncIterator]();
  }

  get bytes(): number {
    return this.#bytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const stated = this.blob.sizeBytes;
    for (;;) {
      const next = await this.#input.next();
      if (next.done === true) break;
      this.#bytes += next.value.length;
      if (stated !== undefined && this.#bytes > stated) {
        throw new LayerFault('layer-size-mismatch', `it has more than the ${stated} bytes its manifest states`);
      }
      this.#meter?.update(next.value);
      yield next.value;
    }
    // Checked here as well, so that a cut transfer is called by its name and not by what decompression makes of it.
    this.verify();
  }

  async close(): Promise<void> {
    await this.#input.return?.();
  }

  verify(): void {
    const { digest, sizeBytes } = this.blob;
    if (sizeBytes !== undefined && this.#bytes !== sizeBytes) {
      throw new LayerFault('layer-size-mismatch', `it has ${this.#bytes} bytes where its manifest states ${sizeBytes}`);
    }
    if (this.#meter === undefined) return;
    this.#digest ??= this.#meter.digest();
    if (this.#digest !== digest) {
      throw new LayerFault('layer-digest-mismatch', `its bytes hash to ${this.#digest}`);
    }
  }
}

function checkGrowth(uncompressedBytes: number, storedBytes: number, limits: Limits): void {
  if (uncompressedBytes > limits.layerBytes) {
    throw new LayerFault('layer-too-large', `it unpacks to more than ${limits.layerBytes} bytes`);
  }
  if (uncompressedBytes > limits.ratioFloorBytes && uncompressedBytes > storedBytes * limits.ratio) {
    throw new LayerFault('layer-bomb', `it unpacks to more than ${limits.ratio} times its stored size`);
  }
}

function tarVisitor(visitor: LayerVisitor): TarVisitor {
  return {
    entry(entry) {
      const path = cleanEntryPath(entry.name);
      if (!path.ok) {
        visitor.problem(pathInvalid(entry, `an entry whose path is not inside the image (${path.error})`));
        return undefined;
      }
      if (entry.unknownType !== undefined) visitor.problem(typeUnknown(path.value, entry.unknownType));
      const target = entry.kind === 'hardlink' ? cleanEntryPath(entry.linkName) : path;
      if (!target.ok) {
        visitor.problem(pathInvalid(entry, `a hard link to what is not inside the image (${target.error})`));
      }
      const layerEntry = classify(path.value, entry);
      return layerEntry === undefined ? undefined : visitor.entry(layerEntry);
    },
  };
}

function typeUnknown(path: string, type: string): Problem {
  return {
    code: 'layer-entry-type-unknown',
    message: `The layer has an entry of the unknown type ${JSON.stringify(type)}, for which container runtimes refuse the layer; it was read as tar does. Build the layer anew.`,
    path: path.slice(0, 256),
  };
}

function pathInvalid(entry: TarEntry, what: string): Problem {
  return {
    code: 'layer-entry-path-invalid',
    message: `The layer has ${what}; it was left out.`,
    path: entry.name.slice(0, 256),
  };
}

const whiteoutPrefix = '.wh.';
const opaqueMarker = '.wh..wh..opq';
const aufsPrefix = '.wh..wh.';

/** OCI image-spec, layer.md "Whiteouts". Undefined for what is bookkeeping of a driver and not part of the image. */
function classify(path: string, entry: TarEntry): LayerEntry | undefined {
  const slash = path.lastIndexOf('/') + 1;
  if (path.startsWith(whiteoutPrefix, slash)) return whiteout(path, baseNameOf(path));
  switch (entry.kind) {
    case 'file':
      return { kind: 'file', path, sizeBytes: entry.sizeBytes, mode: entry.mode };
    case 'symlink':
      return { kind: 'symlink', path, target: entry.linkName };
    case 'hardlink': {
      const target = cleanEntryPath(entry.linkName);
      return target.ok ? { kind: 'hardlink', path, target: target.value, mode: entry.mode } : { kind: 'other', path };
    }
    case 'sparse':
      if (entry.realBytes === undefined) return { kind: 'sparse', path };
      return { kind: 'file', path, sizeBytes: entry.realBytes, mode: entry.mode };
    case 'directory':
      return { kind: 'directory', path };
    default:
      return { kind: 'other', path };
  }
}

function whiteout(path: string, baseName: string): LayerEntry | undefined {
  if (baseName === opaqueMarker) return { kind: 'opaque', path: parentOf(path) };
  if (baseName.startsWith(aufsPrefix) || baseName === whiteoutPrefix) return undefined;
  const parent = parentOf(path);
  const name = baseName.slice(whiteoutPrefix.length);
  if (name === '.' || name === '..') return undefined;
  return { kind: 'whiteout', path: parent === '' ? name : `${parent}/${name}` };
}
