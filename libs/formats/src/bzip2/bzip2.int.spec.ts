import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describeWithTool } from '@tidewaiter/testing';
import { bunzip2 } from './bzip2';

/** Not compressible, so that blocks are as large as they get. */
function noise(bytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes; at += 32) blocks.push(createHash('sha256').update(String(at)).digest());
  return Buffer.concat(blocks).subarray(0, bytes);
}

async function unpack(bytes: Buffer, pieceBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of bunzip2(inPieces(bytes, pieceBytes))) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

describeWithTool(['bzip2'], 'what bzip2 packs', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('a')],
    ['runs of every length up to 600', Buffer.concat(Array.from({ length: 600 }, (_, n) => Buffer.alloc(n, n & 0xff)))],
    ['one long run', Buffer.alloc(3_000_000, 7)],
    ['every byte', Buffer.from(Array.from({ length: 4096 }, (_, n) => n & 0xff))],
    ['text of several blocks', Buffer.from('<definition id="oval:1" class="patch"/>\n'.repeat(60_000))],
    ['noise of several blocks', noise(2_000_000)],
  ])('%s', async (_, content) => {
    for (const level of ['-1', '-9']) {
      const packed = execFileSync('bzip2', [level], { input: content, maxBuffer: 64 * 1024 * 1024 });
      expect((await unpack(packed, 10_000)).equals(content)).toBe(true);
    }
  });
});
