import { open } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';

/** The first block of a tar archive: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 */
const tarBlockBytes = 512;
const headBytes = 64 * 1024;

/** How a file of this content is called: by its first bytes, for addresses that do not say it (`.../tar.gz/refs/heads/main`). */
export async function endingOf(path: string): Promise<'.zip' | '.tar' | '.tar.gz' | '.json'> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.toString('latin1', 0, 2) === 'PK') return '.zip';
    if (isTar(head)) return '.tar';
    return isTar(inflatedHead(head)) ? '.tar.gz' : '.json';
  } finally {
    await handle.close();
  }
}

function isTar(head: Buffer): boolean {
  return head.length >= tarBlockBytes && head.toString('latin1', 257, 262) === 'ustar';
}

/** As far as it goes; empty where it is no gzip. */
function inflatedHead(head: Buffer): Buffer {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return Buffer.alloc(0);
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 128 * 1024 * 1024 });
  } catch {
    // Whoever reads it says what is wrong with it.
    return Buffer.alloc(0);
  }
}
