import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { lanes, type Lane } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import {
  fullBucket,
  refused,
  take,
  type BudgetLimits,
  type Bucket,
  type Grant,
  type Operation,
  type RequestGate,
  type Taking,
} from '@tidewaiter/registry';
import { OperationalError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';

export interface BudgetOf {
  /** Host of the registry. */
  readonly registry: string;
  /** Whom the registry knows us as. */
  readonly identity: string;
  readonly limits: Readonly<Record<Operation, BudgetLimits>>;
}

export interface Patience {
  /** Listings of referrers are few a minute. Who does not wait for one gets OperationalError `referrers-put-off`. */
  readonly forReferrers?: boolean;
  /** Who would have to wait for longer gets OperationalError `registry-throttled`, which says for how long. */
  readonly longestWaitMs?: number;
}

/** Somebody else may close or open the bucket meanwhile. */
const longestSleepMs = 2_000;
/** Pushes that never cease leave one of four reads to these; backfill has what nobody else wants. */
const readsBesidePushes: ReadonlySet<Lane> = new Set<Lane>(['user', 'rescan']);
/**
 * While the bucket is more than half full, a line takes as many tokens beforehand as are filled in in this time: what is asked for
 * next costs no round trip. Where limits are low that is none.
 */
const aheadMinutes = 150 / 60_000;
/** Who holds them longer does not want them, and they are lost. */
const spareForMs = 1_000;

/**
 * The requests that all processes together may send to a registry with one identity: one row a bucket, changed under its
 * lock and by the clock of the database. Whoever waits in one lane of a process asks together, so it takes one round trip
 * however many they are; and as long as there is plenty, one for several in a row.
 */
@Injectable()
export class RequestBudget {
  private readonly lines = new Map<string, Line>();

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  gate(budget: BudgetOf, lane: Lane, { forReferrers = true, longestWaitMs = Infinity }: Patience = {}): RequestGate {
    return {
      pass: async (operation, signal) => {
        const listings = operation === 'referrers' ? this.line(budget, 'referrers', lane) : undefined;
        if (forReferrers) await listings?.pass(signal, Infinity);
        else await listings?.passAtOnce(signal);
        await this.line(budget, 'read', lane).pass(signal, longestWaitMs);
      },
      refused: async (operation, retryAfterSeconds) => {
        for (const each of lanes) this.line(budget, operation, each).dropSpare();
        await this.close(bucketKey(budget, operation), retryAfterSeconds);
      },
    };
  }

  private line(budget: BudgetOf, operation: Operation, lane: Lane): Line {
    const key = bucketKey(budget, operation);
    const name = `${JSON.stringify(key)} ${lane}`;
    const known = this.lines.get(name);
    if (known !== undefined) return known;
    const line = new Line((wanted, isPatient) =>
      this.take(key, { lane, wanted, waits: operation === 'referrers' ? isPatient : readsBesidePushes.has(lane) }),
    );
    this.lines.set(name, line);
    return line;
  }

  private take(key: BucketKey, taking: Pick<Taking, 'lane' | 'wanted' | 'waits'>): Promise<LineGrant> {
    const { limits } = key;
    return this.database.$transaction(async (tx) => {
      const { bucket, nowMs } = await lockBucket(tx, key);
      const { waitMs, ...grant } = take(bucket, { ...taking, limits, nowMs });
      // As backfill, to which half of the bucket is not given.
      const ahead = waitMs > 0 ? 0 : Math.floor(grant.bucket.perMinute * aheadMinutes);
      const spare = take(grant.bucket, { limits, lane: 'backfill', wanted: ahead, nowMs });
      const granted = grant.granted + spare.granted;
      await writeBucket(tx, key, { bucket: spare.bucket, granted, waited: taking.wanted - grant.granted });
      return { granted: grant.granted, spare: spare.granted, waitMs };
    });
  }

  private async close(key: BucketKey, retryAfterSeconds: number | undefined): Promise<void> {
    await this.database.$transaction(async (tx) => {
      const { bucket, nowMs } = await lockBucket(tx, key);
      const retryAfterMs = retryAfterSeconds === undefined ? undefined : retryAfterSeconds * 1_000;
      const closed = refused(bucket, { limits: key.limits, retryAfterMs, nowMs });
      await writeBucket(tx, key, { bucket: closed, refused: 1 });
    });
  }
}

interface BucketKey {
  readonly registry: string;
  readonly identity: string;
  readonly operation: Operation;
  readonly limits: BudgetLimits;
}

function bucketKey({ registry, identity, limits }: BudgetOf, operation: Operation): BucketKey {
  return { registry, identity, operation, limits: limits[operation] };
}

interface BucketRow {
  readonly tokens: number;
  readonly perMinute: number;
  readonly filledAt: Date;
  readonly closedUntil: Date | null;
  readonly keptUntil: Date | null;
  readonly keptFrom: Date | null;
  readonly now: Date;
}

async function lockBucket(tx: Transaction, key: BucketKey): Promise<{ bucket: Bucket; nowMs: number }> {
  const { registry, identity, operation, limits } = key;
  const [row] = await tx.$queryRaw<BucketRow[]>`
    SELECT tokens, per_minute AS "perMinute", filled_at AS "filledAt", closed_until AS "closedUntil",
           kept_until AS "keptUntil", kept_from AS "keptFrom", clock_timestamp() AS now
      FROM request_budget
     WHERE registry = ${registry} AND identity = ${identity} AND operation = ${operation}
       FOR UPDATE`;
  if (row !== undefined) {
    const { tokens, perMinute, filledAt, closedUntil, keptUntil, keptFrom, now } = row;
    const times = { closedUntilMs: msOf(closedUntil), keptUntilMs: msOf(keptUntil), keptFromMs: msOf(keptFrom) };
    return { bucket: { tokens, perMinute, filledAtMs: filledAt.getTime(), ...times }, nowMs: now.getTime() };
  }
  const { tokens, perMinute } = fullBucket(limits, 0);
  await tx.$executeRaw`
    INSERT INTO request_budget (registry, identity, operation, tokens, per_minute, filled_at)
    VALUES (${registry}, ${identity}, ${operation}, ${tokens}, ${perMinute}, clock_timestamp())
    ON CONFLICT DO NOTHING`;
  return lockBucket(tx, key);
}

async function writeBucket(
  tx: Transaction,
  { registry, identity, operation }: BucketKey,
  change: { bucket: Bucket; granted?: number; waited?: number; refused?: number },
): Promise<void> {
  const { tokens, perMinute, filledAtMs, closedUntilMs, keptUntilMs, keptFromMs } = change.bucket;
  await tx.$executeRaw`
    UPDATE request_budget
       SET tokens = ${tokens}, per_minute = ${perMinute}, filled_at = ${new Date(filledAtMs)},
           closed_until = ${timeOf(closedUntilMs)}, kept_until = ${timeOf(keptUntilMs)}, kept_from = ${timeOf(keptFromMs)},
           granted = granted + ${change.granted ?? 0},
           waited = waited + ${change.waited ?? 0}, refused = refused + ${change.refused ?? 0}
     WHERE registry = ${registry} AND identity = ${identity} AND operation = ${operation}`;
}

function msOf(time: Date | null): number {
  return time?.getTime() ?? 0;
}

function timeOf(ms: number): Date | null {
  return ms === 0 ? null : new Date(ms);
}

interface LineGrant extends Pick<Grant, 'granted' | 'waitMs'> {
  /** Beyond what was wanted. */
  readonly spare: number;
}

interface Waiting {
  readonly longestWaitMs: number;
  go(): void;
  fail(error: unknown): void;
}

/** Those of a process that wait for the same tokens in the same lane: first come, first served, and last who can go without. */
class Line {
  private readonly waiting = new Set<Waiting>();
  private isAsking = false;
  /** Until there is a token for the first of those who wait. */
  private isSleeping = false;
  private spare = { tokens: 0, untilMs: 0 };
  private refusals = 0;

  constructor(private readonly ask: (wanted: number, isPatient: boolean) => Promise<LineGrant>) {}

  /** The registry wants no more for now. */
  dropSpare(): void {
    this.refusals += 1;
    this.spare.tokens = 0;
  }

  /** @throws OperationalError `registry-throttled` */
  pass(signal: AbortSignal | undefined, longestWaitMs: number): Promise<void> {
    return this.stand(signal, longestWaitMs);
  }

  /** @throws OperationalError `referrers-put-off` */
  async passAtOnce(signal: AbortSignal | undefined): Promise<void> {
    if (this.isSleeping) throw putOff();
    await this.stand(signal, 0);
  }

  private async stand(signal: AbortSignal | undefined, longestWaitMs: number): Promise<void> {
    signal?.throwIfAborted();
    if (this.waiting.size === 0 && this.spare.tokens > 0 && performance.now() < this.spare.untilMs) {
      this.spare.tokens -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { longestWaitMs, go: resolve, fail: reject };
    const leave = (): void => {
      this.waiting.delete(waiting);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', leave, { once: true });
    this.waiting.add(waiting);
    if (!this.isAsking) void this.serve();
    await promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  private async serve(): Promise<void> {
    this.isAsking = true;
    try {
      while (this.waiting.size > 0) {
        const { refusals } = this;
        const isPatient = [...this.waiting].some(({ longestWaitMs }) => longestWaitMs > 0);
        const { granted, spare, waitMs } = await this.ask(this.waiting.size, isPatient);
        // What was asked for before a refusal is of before it, whenever the answer comes.
        if (spare > 0 && refusals === this.refusals)
          this.spare = { tokens: spare, untilMs: performance.now() + spareForMs };
        const inOrder = [...this.waiting].sort((a, b) => Number(b.longestWaitMs > 0) - Number(a.longestWaitMs > 0));
        for (const [place, waiting] of inOrder.entries()) {
          if (place < granted) waiting.go();
          else if (waitMs <= waiting.longestWaitMs) continue;
          else waiting.fail(waiting.longestWaitMs === 0 ? putOff() : throttled(waitMs));
          this.waiting.delete(waiting);
        }
        if (waitMs > 0 && this.waiting.size > 0) await this.sleep(waitMs);
      }
    } catch (error) {
      for (const waiting of this.waiting) waiting.fail(error);
      this.waiting.clear();
    } finally {
      this.isAsking = false;
    }
  }

  private async sleep(waitMs: number): Promise<void> {
    this.isSleeping = true;
    await sleep(Math.min(waitMs, longestSleepMs));
    this.isSleeping = false;
  }
}

function throttled(waitMs: number): OperationalError {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  const message = `the registry wants no more requests for now; the next one is sent in ${String(retryAfterSeconds)} seconds`;
  return new OperationalError('registry-throttled', message, { retryAfterSeconds });
}

function putOff(): OperationalError {
  return new OperationalError('referrers-put-off', 'the listings of referrers that there are for now are used up');
}
