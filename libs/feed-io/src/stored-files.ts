import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileFingerprint } from '@tidewaiter/feeds';
import { OperationalError } from '@tidewaiter/kit';
import { getOnce, shown, type HttpOptions } from './http';

export interface StoreOptions extends HttpOptions {
  /** Where downloads are kept; made when missing. */
  readonly directory: string;
  readonly maxBytes: number;
  /** What the source's own list says of the file. */
  readonly version?: string | undefined;
}

interface StoredFile {
  readonly state: 'unchanged' | 'changed';
  readonly path: string;
  readonly fingerprint: FileFingerprint;
}

/** Brings the stored copy of a file up to date. What was stored and is gone from the disk is asked for anew. */
export async function bringFile(
  url: string,
  last: FileFingerprint | undefined,
  options: StoreOptions,
): Promise<StoredFile> {
  const path = storedPath(url, options.directory);
  const known = last !== undefined && (await isThere(path)) ? last : undefined;
  const { version } = options;
  if (known !== undefined && version !== undefined && known.version === version) {
    return { state: 'unchanged', path, fingerprint: known };
  }
  const stated = version === undefined ? {} : { version };
  const fingerprint = await getOnce(url, known, options, async (response, body) => {
    const sha256 = await write(path, { url, response, body }, options);
    const etag = response.headers.get('etag');
    const lastModified = response.headers.get('last-modified');
    return { ...(etag !== null && { etag }), ...(lastModified !== null && { lastModified }), sha256, ...stated };
  });
  if (fingerprint !== 'unchanged') {
    return { state: fingerprint.sha256 === last?.sha256 ? 'unchanged' : 'changed', path, fingerprint };
  }
  if (known !== undefined) return { state: 'unchanged', path, fingerprint: { ...known, ...stated } };
  throw new OperationalError(
    'feed-answer-unusable',
    `${shown(url)} answered 304 although it was not asked for changes.`,
  );
}

export function storedPath(url: string, directory: string): string {
  const key = createHash('sha256').update(url).digest('hex').slice(0, 16);
  return join(directory, key + (/(?:\.[a-z0-9]{1,8}){1,2}$/i.exec(new URL(url).pathname)?.[0] ?? ''));
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Written beside its final name and renamed: a broken download never replaces the last good one. */
async function write(
  path: string,
  { url, response, body }: { url: string; response: Response; body: AsyncIterable<Uint8Array> },
  { directory, maxBytes }: StoreOptions,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  const partial = `${path}.${randomUUID()}.partial`;
  const hash = createHash('sha256');
  let sizeBytes = Number(response.headers.get('content-length') ?? 0);
  if (sizeBytes > maxBytes) throw tooLarge(url, maxBytes);
  try {
    const handle = await open(partial, 'wx');
    try {
      sizeBytes = 0;
      for await (const chunk of body) {
        sizeBytes += chunk.length;
        if (sizeBytes > maxBytes) throw tooLarge(url, maxBytes);
        hash.update(chunk);
        await handle.write(chunk);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return hash.digest('hex');
}

export function tooLarge(url: string, maxBytes: number): OperationalError {
  return new OperationalError('feed-too-large', `${shown(url)} is larger than the allowed ${maxBytes} bytes.`);
}
