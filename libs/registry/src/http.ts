import { setTimeout as sleep } from 'node:timers/promises';
import { operationOf, type RequestGate } from './budget/request-gate';
import { messageOf, OperationalError, type Logger } from '@tidewaiter/kit';

export interface HttpOptions {
  readonly fetch: typeof fetch;
  readonly logger: Logger;
  /** Until the response's headers are there. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of a body. */
  readonly idleTimeoutMs: number;
  /** Attempts for one request, the first one included. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  /** A server that asks for a longer pause ends the call; the error says how long. */
  readonly maxDelayMs: number;
  readonly signal: AbortSignal | undefined;
  /** Asked before every request; absent where nobody counts. */
  readonly gate?: RequestGate | undefined;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A response whose body is still to be read or given up. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly url: URL;
  /** Throws OperationalError `registry-broken-off` when the body ends early or stalls. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  discard(): Promise<void>;
}

const longestGuessedSeconds = 900;

/** Sends until an answer comes that trying again would not change. Redirects are answers. */
export async function sendWithRetry(options: HttpOptions, request: HttpRequest): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt >= options.attempts;
    await options.gate?.pass(operationOf(request.url), options.signal);
    const outcome = await sendOnce(options, request).catch((error: unknown) => unreachable(request.url, error));
    options.signal?.throwIfAborted();
    if (outcome instanceof OperationalError) {
      if (isLast) throw outcome;
      await pause(options, request.url, backoffMs(options, attempt));
      continue;
    }
    if (outcome.status === 429) await options.gate?.refused(operationOf(request.url), pauseSeconds(outcome.headers));
    if (!isTransient(outcome.status) || isLast) return outcome;
    if (outcome.status === 429 && options.gate !== undefined) {
      // The gate lets nobody pass until the registry is ready again, or says that this is too long a wait.
      await outcome.discard();
      continue;
    }
    const wantedMs = retryAfterSeconds(outcome.headers);
    const delayMs = wantedMs === undefined ? backoffMs(options, attempt) : wantedMs * 1000;
    if (delayMs > options.maxDelayMs) return outcome;
    await outcome.discard();
    await pause(options, request.url, delayMs);
  }
}

/** Seconds or a date (RFC 9110 section 10.2.3). */
export function retryAfterSeconds(headers: { get(name: string): string | null | undefined }): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (value === '') return undefined;
  if (/^\d{1,7}$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

/**
 * How long a registry that had enough of us is left alone, where it says so: with `Retry-After`, or as Docker Hub does with the
 * requests it answers in so many seconds, `RateLimit-Limit: 100;w=21600`. Then it is the time in which it answers one.
 * https://docs.docker.com/docker-hub/usage/pulls/
 */
function pauseSeconds(headers: Headers): number | undefined {
  const stated = retryAfterSeconds(headers);
  if (stated !== undefined) return stated;
  const [, limit, windowSeconds] = /^\s*(\d{1,9})\s*;\s*w=(\d{1,9})\b/.exec(headers.get('ratelimit-limit') ?? '') ?? [];
  if (limit === undefined || Number(limit) === 0) return undefined;
  return Math.min(longestGuessedSeconds, Math.ceil(Number(windowSeconds) / Number(limit)));
}

/** The whole body, refused when it is longer than the limit. */
export async function readBounded(answer: Answer, maxBytes: number, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer.chunks()) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) {
      throw new OperationalError(
        'registry-document-too-large',
        `${answer.url.host} sends more than ${maxBytes} bytes for ${what}, which is not a document we read.`,
        { fields: { host: answer.url.host, maxBytes } },
      );
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts, sizeBytes);
}

async function sendOnce(options: HttpOptions, request: HttpRequest): Promise<Answer> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const timer = setTimeout(
    () => stop.abort(new Error(`no answer within ${options.headersTimeoutMs} ms`)),
    options.headersTimeoutMs,
  );
  try {
    const response = await options.fetch(request.url, {
      method: request.method,
      headers: { 'User-Agent': 'tidewaiter', ...request.headers },
      redirect: 'manual',
      signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    return {
      status: response.status,
      headers: response.headers,
      url: request.url,
      chunks: () => bodyChunks(options, request.url, response, stop),
      discard: async () => {
        stop.abort();
        // The abort is what ends the body; the stream then reports it.
        await response.body?.cancel().catch(() => undefined);
      },
    };
  } finally {
    clearTimeout(timer);
  }
}

async function* bodyChunks(
  options: HttpOptions,
  url: URL,
  response: Response,
  stop: AbortController,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  let isComplete = false;
  try {
    for (;;) {
      const timer = setTimeout(
        () => stop.abort(new Error(`silent for ${options.idleTimeoutMs} ms`)),
        options.idleTimeoutMs,
      );
      const piece = await reader.read().finally(() => clearTimeout(timer));
      if (piece.done) break;
      yield piece.value;
    }
    isComplete = true;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new OperationalError(
      'registry-broken-off',
      `${url.host} broke off in the middle of an answer (${causeOf(error)}).`,
      {
        cause: error,
        fields: { host: url.host },
      },
    );
  } finally {
    if (!isComplete) stop.abort();
  }
}

function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

function backoffMs(options: HttpOptions, attempt: number): number {
  const fullMs = Math.min(options.maxDelayMs, options.firstDelayMs * 2 ** (attempt - 1));
  return fullMs / 2 + (Math.random() * fullMs) / 2;
}

async function pause(options: HttpOptions, url: URL, delayMs: number): Promise<void> {
  options.logger.debug('registry request delayed', { host: url.host, delayMs: Math.round(delayMs) });
  await sleep(delayMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
}

function unreachable(url: URL, error: unknown): OperationalError {
  return new OperationalError('registry-unreachable', `${url.host} cannot be reached (${causeOf(error)}).`, {
    cause: error,
    fields: { host: url.host },
  });
}

/** fetch says "fetch failed"; the reason is its cause. */
function causeOf(error: unknown): string {
  const hasCause = typeof error === 'object' && error !== null && 'cause' in error && error.cause !== undefined;
  return messageOf(hasCause ? error.cause : error);
}
