import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeedIo, FetchedSnapshot, Fingerprint } from '@tidewaiter/feeds';
import { messageOf, OperationalError, UserError } from '@tidewaiter/kit';
import { openSnapshot, partNameOf } from './snapshot';

interface FeedIoOptions {
  /** What the operator configured: a path or an http(s) address. */
  readonly source: string;
  /** Where downloads are kept; made when missing. */
  readonly directory: string;
  readonly maxBytes?: number;
  /** For the whole download. */
  readonly timeoutMs?: number;
  /** Names the program to the other side. */
  readonly userAgent?: string;
}

const maxRedirects = 5;
const defaultMaxBytes = 4 * 1024 * 1024 * 1024;
const defaultTimeoutMs = 30 * 60 * 1000;

/** Local files and conditional HTTP. It speaks to the host of `source` and to no other, redirects included. */
export function createFeedIo(options: FeedIoOptions): FeedIo {
  return {
    source: options.source,
    local: readLocal,
    download: (url, last) => download(url, last, options),
  };
}

async function readLocal(path: string, last: Fingerprint | undefined): Promise<'unchanged' | FetchedSnapshot> {
  const snapshot = await openSnapshot(path);
  const sha256 = await fingerprintOf(path);
  if (last?.sha256 === sha256) return 'unchanged';
  return { fingerprint: { sha256 }, snapshot };
}

/** Names, sizes and times: an unchanged directory of any size is recognised without reading it. */
async function fingerprintOf(path: string): Promise<string> {
  const found = await stat(path);
  const hash = createHash('sha256');
  const names = found.isDirectory() ? (await readdir(path, { recursive: true })).sort() : [''];
  for (const name of names) {
    const { size, mtimeMs } = await stat(join(path, name));
    hash.update(JSON.stringify([name, size, mtimeMs]));
  }
  return hash.digest('hex');
}

async function download(
  url: string,
  last: Fingerprint | undefined,
  options: FeedIoOptions,
): Promise<'unchanged' | FetchedSnapshot> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
  const headers = new Headers({ 'user-agent': options.userAgent ?? 'tidewaiter' });
  if (last?.etag !== undefined) headers.set('if-none-match', last.etag);
  if (last?.lastModified !== undefined) headers.set('if-modified-since', last.lastModified);
  try {
    const response = await request(new URL(url), headers, signal);
    if (response.status === 304) {
      await response.body?.cancel();
      return 'unchanged';
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new OperationalError(
        'feed-answer-unusable',
        `${shown(url)} answered ${response.status}; the last advisories stay.`,
        {
          fields: { status: response.status },
          ...retryAfter(response),
        },
      );
    }
    return await store(url, response, last, options);
  } catch (error) {
    if (error instanceof OperationalError || error instanceof UserError) throw error;
    throw new OperationalError(
      'feed-unreachable',
      `${shown(url)} could not be read (${reasonOf(error).replaceAll(url, shown(url))}).`,
      { cause: error },
    );
  }
}

async function request(start: URL, headers: Headers, signal: AbortSignal): Promise<Response> {
  let url = start;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const response = await fetch(url, { headers, signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || response.status === 304 || location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, url);
    const upgraded = url.protocol === 'http:' && next.protocol === 'https:' && next.hostname === url.hostname;
    if (next.host !== url.host && !upgraded) {
      throw new OperationalError(
        'feed-redirect-refused',
        `${shown(url)} redirects to ${next.host}, another host than the configured one; configure that address to allow it.`,
      );
    }
    if (next.protocol !== url.protocol && !upgraded) {
      throw new OperationalError('feed-redirect-refused', `${shown(url)} redirects from https to http.`);
    }
    url = next;
  }
  throw new OperationalError('feed-redirect-refused', `${shown(start)} redirects more than ${maxRedirects} times.`);
}

/** An address without what may be secret in it: a password, or the signature in a query. */
function shown(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** Written beside its final name and renamed: a broken download never replaces the last good one. */
async function store(
  url: string,
  response: Response,
  last: Fingerprint | undefined,
  options: FeedIoOptions,
): Promise<'unchanged' | FetchedSnapshot> {
  await mkdir(options.directory, { recursive: true });
  const { pathname } = new URL(url);
  const extension = /\.json$/i.test(pathname) ? 'json' : 'zip';
  const key = createHash('sha256').update(url).digest('hex').slice(0, 16);
  const path = join(options.directory, `${key}.${extension}`);
  const partial = join(options.directory, `${key}.${randomUUID()}.partial`);
  try {
    const sha256 = await write(partial, response, options.maxBytes ?? defaultMaxBytes);
    await rename(partial, path);
    if (sha256 === last?.sha256) return 'unchanged';
    const etag = response.headers.get('etag');
    const lastModified = response.headers.get('last-modified');
    return {
      fingerprint: { ...(etag !== null && { etag }), ...(lastModified !== null && { lastModified }), sha256 },
      snapshot: await openSnapshot(path, partNameOf(decodeURIComponent(pathname))),
    };
  } finally {
    await rm(partial, { force: true });
  }
}

async function write(path: string, response: Response, maxBytes: number): Promise<string> {
  const declared = Number(response.headers.get('content-length') ?? 0);
  const hash = createHash('sha256');
  const handle = await open(path, 'wx');
  try {
    let sizeBytes = 0;
    const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes || declared > maxBytes) {
        throw new OperationalError(
          'feed-too-large',
          `${shown(response.url)} is larger than the allowed ${maxBytes} bytes.`,
        );
      }
      hash.update(chunk);
      await handle.write(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

function retryAfter(response: Response): { retryAfterSeconds?: number } {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { retryAfterSeconds: seconds } : {};
}

/** `fetch` says "fetch failed" and keeps the reason in its cause. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}
