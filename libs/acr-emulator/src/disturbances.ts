import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DisturbanceRates } from './disturbance-rates.schema';
import { faultBody, RegistryFault } from './fault';
import { jsonReply, type Reply } from './http';

export type Disturbance = 'unavailable' | 'reset' | 'truncated' | 'corrupted' | 'slow';

const ofAnswers: readonly Disturbance[] = ['unavailable', 'reset'];
const ofContent: readonly Disturbance[] = ['truncated', 'corrupted', 'slow'];

/** What a network, a proxy and a storage account do to answers, on demand. */
export interface Disturbances {
  /** From now on; the sequence begins anew. */
  set(rates: DisturbanceRates): void;
  /** The answer as it comes to be sent; undefined: the connection is to be reset instead. */
  disturb(reply: Reply): Reply | undefined;
  /** How many there were, since the start. */
  counts(): Readonly<Record<Disturbance, number>>;
}

export function createDisturbances(initial: DisturbanceRates): Disturbances {
  const counts = { unavailable: 0, reset: 0, truncated: 0, corrupted: 0, slow: 0 };
  let rates = initial;
  let random = seededRandom(rates.seed ?? 1);

  function happening(among: readonly Disturbance[]): Disturbance | undefined {
    return among.find((kind) => {
      const rate = rates[kind] ?? 0;
      return rate > 0 && random() < rate;
    });
  }

  return {
    set(next) {
      rates = next;
      random = seededRandom(next.seed ?? 1);
    },
    counts: () => ({ ...counts }),
    disturb(reply) {
      const kind = happening(isContent(reply) ? [...ofAnswers, ...ofContent] : ofAnswers);
      if (kind === undefined) return reply;
      counts[kind] += 1;
      if (kind === 'reset') return undefined;
      if (kind === 'unavailable') return unavailable();
      return disturbedContent(reply, kind, rates.slowMs ?? 100);
    },
  };
}

/** Manifests and blobs, whole or a range. A refusal is no content, and neither is a list. */
function isContent(reply: Reply): boolean {
  const isDone = reply.status === 200 || reply.status === 206;
  return isDone && reply.headers?.['Docker-Content-Digest'] !== undefined && reply.body !== undefined;
}

function unavailable(): Reply {
  return jsonReply(503, faultBody(new RegistryFault(503, 'UNKNOWN', 'service unavailable')));
}

function disturbedContent(reply: Reply, kind: 'truncated' | 'corrupted' | 'slow', slowMs: number): Reply {
  const { body } = reply;
  if (body === undefined) return reply;
  const sizeBytes = body instanceof Uint8Array ? body.byteLength : body.sizeBytes;
  const source = body instanceof Uint8Array ? (): Readable => Readable.from([body]) : body.stream;
  const chunks = {
    truncated: () => cutOff(source(), sizeBytes / 2),
    corrupted: () => corrupt(source()),
    slow: () => drip(source(), slowMs),
  };
  return { ...reply, body: { stream: () => Readable.from(chunks[kind]()), sizeBytes } };
}

async function* cutOff(source: Readable, afterBytes: number): AsyncGenerator<Buffer, void, undefined> {
  let left = Math.floor(afterBytes);
  for await (const chunk of chunksOf(source)) {
    yield chunk.subarray(0, left);
    left -= chunk.byteLength;
    if (left <= 0) break;
  }
  // What is sent is on its way before the connection goes.
  await sleep(20);
  throw new Error('cut off on demand');
}

async function* corrupt(source: Readable): AsyncGenerator<Buffer, void, undefined> {
  let isDone = false;
  for await (const chunk of chunksOf(source)) {
    const other = Buffer.from(chunk);
    if (!isDone && other.byteLength > 0) other[0] = (other[0] ?? 0) ^ 0xff;
    isDone = true;
    yield other;
  }
}

async function* drip(source: Readable, pauseMs: number): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunksOf(source)) {
    const half = Math.ceil(chunk.byteLength / 2);
    yield chunk.subarray(0, half);
    await sleep(pauseMs);
    yield chunk.subarray(half);
  }
}

async function* chunksOf(source: Readable): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('content is not binary');
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

/** Mulberry32: small, and the same everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
