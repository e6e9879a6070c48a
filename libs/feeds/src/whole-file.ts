import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { err, messageOf, ok, type Result } from '@tidewaiter/kit';
import type { FeedProblem, SnapshotFile } from './feed';

const inflate = promisify(gunzip);

/** Bytes of a file that is small enough to be held at once, inflated when it is gzip whatever its name. */
export async function readWholeFile(
  file: SnapshotFile,
  { part, maxBytes }: { readonly part: string; readonly maxBytes: number },
): Promise<Result<Buffer, FeedProblem>> {
  const problem = (code: string, message: string) =>
    err({ code, message: `${file.name} ${message}`, part, path: file.name, fatal: true as const });
  const tooLarge = () => problem('feed-file-too-large', `has more than ${String(maxBytes)} bytes`);
  if (file.sizeBytes > maxBytes) return tooLarge();
  const bytes = Buffer.alloc(file.sizeBytes);
  let filled = 0;
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled), filled);
    if (count === 0) return problem('feed-file-truncated', `ends after ${String(filled)} bytes`);
    filled += count;
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return ok(bytes);
  try {
    return ok(await inflate(bytes, { maxOutputLength: maxBytes }));
  } catch (error) {
    if (isTooLarge(error)) return tooLarge();
    return problem('feed-file-truncated', `cannot be inflated (${messageOf(error)})`);
  }
}

/** The JSON document of a file. */
export async function readWholeJson(
  file: SnapshotFile,
  options: { readonly part: string; readonly maxBytes: number },
): Promise<Result<unknown, FeedProblem>> {
  const bytes = await readWholeFile(file, options);
  if (!bytes.ok) return bytes;
  try {
    return ok(JSON.parse(bytes.value.toString('utf8').replace(/^\ufeff/, '')));
  } catch (error) {
    const message = `${file.name} is not JSON (${messageOf(error)})`;
    return err({ code: 'feed-json-invalid', message, part: options.part, path: file.name, fatal: true });
  }
}

function isTooLarge(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
