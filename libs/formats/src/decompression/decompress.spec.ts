import { gzipSync, zstdCompressSync } from 'node:zlib';
import { bufferSource, randomAccess } from '../byte-source';
import { decompress } from './decompress';

const text = 'one record after the other\n'.repeat(5_000);

async function inflate(bytes: Buffer, maxBytes = 1_000_000): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of decompress(randomAccess(bufferSource(bytes)), maxBytes)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** `printf 'hello hello hello hello\n' | bzip2 -9 | base64`, of the tool itself. */
const bzip2Hello = Buffer.from('QlpoOTFBWSZTWW9PEPMAAAXRAAAQQAACRKAAMMACqDRxDa2HDxdyRThQkG9PEPM=', 'base64');

describe('a file is read whatever it is compressed with', () => {
  it.each([
    ['not at all', Buffer.from(text)],
    ['by gzip', gzipSync(text)],
    ['by gzip, in several members', Buffer.concat([gzipSync(text.slice(0, 27)), gzipSync(text.slice(27))])],
    ['by zstd', zstdCompressSync(text)],
    [
      'by zstd, in several frames as parallel compressors write them',
      Buffer.concat([zstdCompressSync(text.slice(0, 270)), zstdCompressSync(text.slice(270))]),
    ],
  ])('%s', async (_, bytes) => {
    expect(await inflate(bytes)).toBe(text);
  });

  it('by bzip2, also in several streams', async () => {
    expect(await inflate(bzip2Hello)).toBe('hello hello hello hello\n');
    expect(await inflate(Buffer.concat([bzip2Hello, bzip2Hello]))).toBe('hello hello hello hello\n'.repeat(2));
  });
});

describe('what cannot be unpacked is a fault with a name', () => {
  it.each([
    ['gzip that is cut off', gzipSync(text).subarray(0, 60), 'compression-invalid'],
    ['zstd that is cut off', zstdCompressSync(text).subarray(0, 40), 'compression-invalid'],
    ['bzip2 that is cut off', bzip2Hello.subarray(0, 40), 'compression-invalid'],
    ['bzip2 with a wrong bit', flipped(bzip2Hello, 30), 'compression-invalid'],
    ['xz', Buffer.from('\xfd7zXZ\0rest', 'latin1'), 'compression-unsupported'],
    ['gzip that holds more than allowed', gzipSync(Buffer.alloc(2_000_000)), 'compression-too-large'],
  ])('%s', async (_, bytes, code) => {
    await expect(inflate(bytes)).rejects.toMatchObject({ code });
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}
