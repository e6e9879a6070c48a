import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Lane } from '@tidewaiter/contracts';
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
} from '@tidewaiter/registry';
import { DATABASE } from '@tidewaiter/server';

export interface BudgetOf {
  /** Name of the registry. */
  readonly registry: string;
  /** Whom the registry knows us as. */
  readonly identity: string;
  readonly limits: Readonly<Record<Operation, BudgetLimits>>;
}

/** Somebody else may close or open the bucket meanwhile. */
const longestSleepMs = 2_000;

/**
 * The requests that all processes together may send to a registry with one identity: one row a bucket, changed under its
 * lock and by the clock of the database. Whoever waits in one lane of a process asks together, so it takes one round trip
 * however many they are.
 */
@Injectable()
export class RequestBudget {
  private readonly lines = new Map<string, Line>();

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  gate(budget: BudgetOf, lane: Lane): RequestGate {
    return {
      pass: async (operation, signal) => {
        if (operation === 'referrers') await this.line(budget, 'referrers', lane).pass(signal);
        await this.line(budget, 'read', lane).pass(signal);
      },
      refused: (operation, retryAfterSeconds) => this.close(bucketKey(budget, operation), retryAfterSeconds),
    };
  }

  private line(budget: BudgetOf, operation: Operation, lane: Lane): Line {
    const key = bucketKey(budget, operation);
    const name = `${JSON.stringify(key)} ${lane}`;
    const known = this.lines.get(name);
    if (known !== undefined) return known;
    const line = new Line((wanted) => this.take(key, lane, wanted));
    this.lines.set(name, line);
    return line;
  }

  private take(key: BucketKey, lane: Lane, wanted: number): Promise<Grant> {
    return this.database.$transaction(async (tx) => {
      const { bucket, nowMs } = await lockBucket(tx, key);
      const grant = take(bucket, { limits: key.limits, lane, wanted, nowMs });
      await writeBucket(tx, key, { bucket: grant.bucket, granted: grant.granted, waited: wanted - grant.granted });
      return grant;
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
  readonly now: Date;
}

async function lockBucket(tx: Transaction, key: BucketKey): Promise<{ bucket: Bucket; nowMs: number }> {
  const { registry, identity, operation, limits } = key;
  const [row] = await tx.$queryRaw<BucketRow[]>`
    SELECT tokens, per_minute AS "perMinute", filled_at AS "filledAt", closed_until AS "closedUntil",
           clock_timestamp() AS now
      FROM request_budget
     WHERE registry = ${registry} AND identity = ${identity} AND operation = ${operation}
       FOR UPDATE`;
  if (row !== undefined) {
    const { tokens, perMinute, filledAt, closedUntil, now } = row;
    const bucket = { tokens, perMinute, filledAtMs: filledAt.getTime(), closedUntilMs: closedUntil?.getTime() ?? 0 };
    return { bucket, nowMs: now.getTime() };
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
  const { tokens, perMinute, filledAtMs, closedUntilMs } = change.bucket;
  const closedUntil = closedUntilMs === 0 ? null : new Date(closedUntilMs);
  await tx.$executeRaw`
    UPDATE request_budget
       SET tokens = ${tokens}, per_minute = ${perMinute}, filled_at = ${new Date(filledAtMs)},
           closed_until = ${closedUntil}, granted = granted + ${change.granted ?? 0},
           waited = waited + ${change.waited ?? 0}, refused = refused + ${change.refused ?? 0}
     WHERE registry = ${registry} AND identity = ${identity} AND operation = ${operation}`;
}

interface Waiting {
  go(): void;
  fail(error: unknown): void;
}

/** Those of a process that wait for the same tokens in the same lane, first come, first served. */
class Line {
  private readonly waiting = new Set<Waiting>();
  private isAsking = false;

  constructor(private readonly ask: (wanted: number) => Promise<Grant>) {}

  async pass(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { go: resolve, fail: reject };
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
        const { granted, waitMs } = await this.ask(this.waiting.size);
        for (const waiting of [...this.waiting].slice(0, granted)) {
          this.waiting.delete(waiting);
          waiting.go();
        }
        if (waitMs > 0 && this.waiting.size > 0) await sleep(Math.min(waitMs, longestSleepMs));
      }
    } catch (error) {
      for (const waiting of this.waiting) waiting.fail(error);
      this.waiting.clear();
    } finally {
      this.isAsking = false;
    }
  }
}
