import { gzipSync } from 'node:zlib';
import { zipFileOf } from '@tidewaiter/formats';
import { readWholeFile } from './whole-file';

async function read(bytes: Buffer, maxBytes: number): Promise<string> {
  const result = await readWholeFile({ name: 'f', ...zipFileOf(bytes) }, { part: 'p', maxBytes });
  return result.ok ? result.value.toString() : `${result.error.code}: ${result.error.message}`;
}

describe('a file read as a whole', () => {
  it('is inflated when it is gzip, whatever its name', async () => {
    expect(await read(Buffer.from('plain'), 10)).toBe('plain');
    expect(await read(gzipSync('packed'), 100)).toBe('packed');
    expect(await read(Buffer.alloc(0), 10)).toBe('');
  });

  it('is refused beyond its limit, before and after inflating', async () => {
    expect(await read(Buffer.alloc(11), 10)).toBe('feed-file-too-large: f has more than 10 bytes');
    expect(await read(gzipSync(Buffer.alloc(5_000)), 100)).toBe('feed-file-too-large: f has more than 100 bytes');
  });

  it('is refused when it ends too early', async () => {
    const packed = gzipSync('packed');
    expect(await read(packed.subarray(0, packed.length - 4), 100)).toMatch(
      /^feed-file-truncated: f cannot be inflated/,
    );
  });
});
