import { inflateRawSync } from 'node:zlib';
import { occurrences, type ByteSource } from '@tidewaiter/formats';
import { err, messageOf, ok, type Result } from '@tidewaiter/kit';

/** A file in an archive of PHP. */
export interface PharEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** Where its bytes lie in the archive, compressed or not. */
  readonly start: number;
  readonly storedBytes: number;
  readonly flags: number;
}

/** The program that the archive begins with ends here; PHP takes the first. */
const stubEnd = Buffer.from('__HALT_COMPILER();');
const maxStubBytes = 4 * 1024 * 1024;
/** PHP's own limit. */
const maxManifestBytes = 100 * 1024 * 1024;
const maxNameBytes = 4096;
const gzipped = 0x1000;
const bzipped = 0x2000;

/**
 * The files in an archive of PHP, undefined when it is none, or why its list of files is not read, as the rest of a sentence.
 * Format: https://www.php.net/manual/en/phar.fileformat.phar.php
 */
export function readPhar(source: ByteSource, maxEntries: number): Result<readonly PharEntry[], string> | undefined {
  const [halt] = occurrences(source, stubEnd, { start: 0, end: maxStubBytes });
  if (halt === undefined) return undefined;
  const rest = source.read(halt + stubEnd.length, halt + stubEnd.length + 16).toString('latin1');
  const manifestAt = halt + stubEnd.length + (/^(?:[ \n]\?>(?:\r\n|\n)?)?/.exec(rest)?.[0].length ?? 0);
  const length = source.read(manifestAt, manifestAt + 4);
  if (length.length < 4) return undefined;
  const contentsAt = manifestAt + 4 + length.readUInt32LE(0);
  if (contentsAt - manifestAt > maxManifestBytes || contentsAt > source.sizeBytes)
    return err('has an impossible length');
  try {
    return readEntries(source.read(manifestAt + 4, contentsAt), contentsAt, maxEntries);
  } catch (error) {
    if (error instanceof RangeError) return err('ends too early');
    throw error;
  }
}

/** @throws RangeError where the list ends before the last file. */
function readEntries(manifest: Buffer, contentsAt: number, maxEntries: number): Result<readonly PharEntry[], string> {
  const count = manifest.readUInt32LE(0);
  if (count > maxEntries) return err(`names more than ${maxEntries} files`);
  // Number of files, version of the format, flags; then the alias and the metadata with their lengths before them.
  let at = afterText(manifest, 10);
  at = afterText(manifest, at);
  let start = contentsAt;
  const entries: PharEntry[] = [];
  for (let index = 0; index < count; index++) {
    const fieldsAt = afterText(manifest, at);
    const name = manifest.toString('utf8', at + 4, Math.min(fieldsAt, at + 4 + maxNameBytes));
    const storedBytes = manifest.readUInt32LE(fieldsAt + 8);
    const flags = manifest.readUInt32LE(fieldsAt + 16);
    entries.push({ name, sizeBytes: manifest.readUInt32LE(fieldsAt), start, storedBytes, flags });
    start += storedBytes;
    at = afterText(manifest, fieldsAt + 20);
  }
  return ok(entries);
}

function afterText(manifest: Buffer, at: number): number {
  const end = at + 4 + manifest.readUInt32LE(at);
  if (end > manifest.length) throw new RangeError('beyond the end');
  return end;
}

/** The bytes of a file, or why they are not read, as the rest of a sentence. */
export function pharFile(source: ByteSource, entry: PharEntry, maxBytes: number): Result<Buffer, string> {
  if (entry.sizeBytes > maxBytes || entry.storedBytes > maxBytes) return err(`is larger than ${maxBytes} bytes`);
  if ((entry.flags & bzipped) !== 0) return err('is compressed by bzip2, which is not read in archives of PHP');
  const stored = source.read(entry.start, entry.start + entry.storedBytes);
  if (stored.length < entry.storedBytes) return err('lies beyond the end of the archive');
  if ((entry.flags & gzipped) === 0) return ok(stored);
  try {
    return ok(inflateRawSync(stored, { maxOutputLength: Math.max(1, entry.sizeBytes) }));
  } catch (error) {
    return err(`cannot be inflated (${messageOf(error)})`);
  }
}
