import { messageOf, OperationalError, UserError } from '@tidewaiter/kit';

export interface HttpOptions {
  /** For the whole answer. */
  readonly timeoutMs: number;
  /** Between two pieces of it. */
  readonly stallMs: number;
  /** Names the program to the other side. */
  readonly userAgent: string;
}

/** What the other side said the last time. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

const maxRedirects = 5;
/** A look that waits stands in the way of every other at its source, also of one that an operator asks for. */
const longestWaitSeconds = 15 * 60;

/**
 * One conditional GET: what `take` makes of the answer, or 'unchanged'. Redirects stay on the host. A server that stops
 * sending is given up on long before the time for all of it is over.
 */
export async function getOnce<T>(
  url: string,
  last: Validators | undefined,
  options: HttpOptions,
  take: (response: Response, body: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T | 'unchanged'> {
  const stall = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), stall.signal]);
  const timer = setTimeout(() => {
    stall.abort(new Error(`nothing came for ${options.stallMs} ms`));
  }, options.stallMs);
  try {
    const response = await request(new URL(url), headersOf(last, options), signal);
    if (response.status === 304) {
      await response.body?.cancel();
      return 'unchanged';
    }
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw unusable(url, response);
    }
    return await take(response, refreshing(response.body, timer));
  } catch (error) {
    if (error instanceof OperationalError || error instanceof UserError) throw error;
    throw new OperationalError(
      'feed-unreachable',
      `${shown(url)} could not be read (${reasonOf(error).replaceAll(url, shown(url))}).`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** All of an answer, asked for unconditionally. @throws OperationalError `feed-too-large` */
export async function takeAll(url: string, options: HttpOptions, maxBytes: number): Promise<Buffer> {
  const found = await getOnce(url, undefined, options, async (_, body) => {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge(url, maxBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  });
  if (found !== 'unchanged') return found;
  throw new OperationalError(
    'feed-answer-unusable',
    `${shown(url)} answered 304 although it was not asked for changes.`,
  );
}

export function tooLarge(url: string, maxBytes: number): OperationalError {
  return new OperationalError('feed-too-large', `${shown(url)} is larger than the allowed ${maxBytes} bytes.`);
}

/** An address without what may be secret in it: a password, or the signature in a query. */
export function shown(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function headersOf(last: Validators | undefined, { userAgent }: HttpOptions): Headers {
  const headers = new Headers({ 'user-agent': userAgent });
  if (last?.etag !== undefined) headers.set('if-none-match', last.etag);
  if (last?.lastModified !== undefined) headers.set('if-modified-since', last.lastModified);
  return headers;
}

async function* refreshing(body: AsyncIterable<Uint8Array>, timer: NodeJS.Timeout): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    timer.refresh();
    yield chunk;
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

function unusable(url: string, response: Response): OperationalError {
  const { status } = response;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new OperationalError('feed-answer-unusable', `${shown(url)} answered ${status}; the last advisories stay.`, {
    fields: { status },
    ...(Number.isFinite(seconds) && seconds >= 0 && { retryAfterSeconds: Math.min(seconds, longestWaitSeconds) }),
  });
}

/** `fetch` says "fetch failed" and keeps the reason in its cause. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
}
