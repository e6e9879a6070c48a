import { err, ok, type Result } from '@tidewaiter/kit';
import type { ByteSource } from '../byte-source';
import { adler32 } from './adler32';

const slotBytes = 16;
const slotPageBytes = 4096;
const blockBytes = 16;
const blobHeadBytes = 16;
const blobTailBytes = 12;
const headerMagic = Buffer.from('RpmP', 'latin1');
const slotMagic = 'Slot';
const blobHeadMagic = 'BlbS';
const blobTailMagic = 'BlbE';

export function isNdb(source: ByteSource): boolean {
  return source.read(0, 4).equals(headerMagic);
}

/**
 * Every blob of an rpm "ndb" package database, in the order of its slots. What is damaged is an error, which continues a sentence
 * that begins with the database's name, and is passed over; blobs together are never larger than the file.
 */
export function* readNdb(source: ByteSource): Generator<Result<Buffer, string>> {
  const header = source.read(0, 2 * slotBytes);
  if (header.length < 2 * slotBytes || !header.subarray(0, 4).equals(headerMagic)) {
    yield err('is no ndb database');
    return;
  }
  if (header.readUInt32LE(4) !== 0) {
    yield err(`has the unknown version ${header.readUInt32LE(4)}`);
    return;
  }
  const slotAreaBytes = header.readUInt32LE(12) * slotPageBytes;
  let unread = source.sizeBytes;
  for (let at = 0; at < slotAreaBytes; at += slotPageBytes) {
    const page = source.read(at, at + slotPageBytes);
    if (page.length < slotPageBytes) {
      yield err('ends within its list of packages');
      return;
    }
    // The header takes the room of the first two slots.
    for (let slot = at === 0 ? 2 * slotBytes : 0; slot < slotPageBytes; slot += slotBytes) {
      const packageIndex = page.readUInt32LE(slot + 4);
      if (packageIndex === 0) continue;
      const blob = {
        packageIndex,
        at: page.readUInt32LE(slot + 8) * blockBytes,
        sizeBytes: page.readUInt32LE(slot + 12) * blockBytes,
      };
      if (!hasMagic(page, slot, slotMagic) || blob.at < slotAreaBytes || blob.sizeBytes > unread) {
        yield err(`has a damaged slot at byte ${at + slot}`);
        continue;
      }
      unread -= blob.sizeBytes;
      yield readBlob(source, blob);
    }
  }
}

interface BlobPlace {
  readonly packageIndex: number;
  readonly at: number;
  readonly sizeBytes: number;
}

/** Head (magic, package, generation, length), content, padding up to whole blocks, tail (checksum, length, magic). */
function readBlob(source: ByteSource, place: BlobPlace): Result<Buffer, string> {
  const damaged = err(`has a damaged package ${place.packageIndex} at byte ${place.at}`);
  const run = source.read(place.at, place.at + place.sizeBytes);
  if (run.length < place.sizeBytes || run.length < blobHeadBytes + blobTailBytes) return damaged;
  const length = run.readUInt32LE(12);
  const tailAt = run.length - blobTailBytes;
  const isWhole =
    hasMagic(run, 0, blobHeadMagic) &&
    run.readUInt32LE(4) === place.packageIndex &&
    blobHeadBytes + length <= tailAt &&
    run.readUInt32LE(tailAt) === adler32(run.subarray(0, tailAt)) &&
    run.readUInt32LE(tailAt + 4) === length &&
    hasMagic(run, tailAt + 8, blobTailMagic);
  return isWhole ? ok(run.subarray(blobHeadBytes, blobHeadBytes + length)) : damaged;
}

function hasMagic(bytes: Buffer, at: number, magic: string): boolean {
  return bytes.toString('latin1', at, at + magic.length) === magic;
}
