import { BitReader, Bzip2Fault } from './bit-reader';
import { BlockCrc } from './crc';
import { readBlock } from './block';

/** More than any block takes: 900,001 symbols of 20 bits, 18,002 selectors, six tables. */
const maxBlockBytes = 2_600_000;
const blockMagic = [0x314159, 0x265359] as const;
const endMagic = [0x177245, 0x385090] as const;

/**
 * The bytes of a bzip2 stream, or of several one after the other, a block (at most 900,000 bytes and what its runs stand
 * for) at a time, each checked against its CRC. Format: https://en.wikipedia.org/wiki/Bzip2#File_format
 * @throws Bzip2Fault whose message continues a sentence that begins with the stream's name.
 */
export async function* bunzip2(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const reader = new BitReader(chunks);
  try {
    do {
      yield* oneStream(reader);
      await reader.fill(maxBlockBytes);
    } while (!reader.alignedEnd());
  } finally {
    await reader.close();
  }
}

async function* oneStream(reader: BitReader): AsyncGenerator<Buffer> {
  await reader.fill(maxBlockBytes);
  if (reader.bits(24) !== 0x425a68) throw new Bzip2Fault('it is not compressed by bzip2');
  const level = reader.bits(8) - 0x30;
  if (level < 1 || level > 9) throw new Bzip2Fault('it has an impossible block size');
  let combined = 0;
  for (;;) {
    await reader.fill(maxBlockBytes);
    const magic = [reader.bits(24), reader.bits(24)];
    const stated = reader.word();
    if (matches(magic, endMagic)) {
      if (combined !== stated) throw new Bzip2Fault('its checksum is wrong');
      return;
    }
    if (!matches(magic, blockMagic)) throw new Bzip2Fault('a block does not begin as one');
    const crc = new BlockCrc();
    for (const piece of readBlock(reader, level * 100_000)) {
      crc.update(piece);
      yield piece;
    }
    if (crc.value() !== stated) throw new Bzip2Fault('the checksum of a block is wrong');
    combined = (((combined << 1) | (combined >>> 31)) ^ stated) >>> 0;
  }
}

function matches(magic: readonly number[], wanted: readonly number[]): boolean {
  return magic[0] === wanted[0] && magic[1] === wanted[1];
}
