import type { Lane } from '@tidewaiter/contracts';

/** What may be sent to a registry with one identity. */
export interface BudgetLimits {
  /** The registry's own limit. */
  readonly perMinute: number;
}

/** Times are milliseconds since the epoch, of one clock for everybody who shares the bucket. */
export interface Bucket {
  readonly tokens: number;
  /** What it is filled with at present: at most our share of the limit, less after the registry refused us. */
  readonly perMinute: number;
  readonly filledAtMs: number;
  /** Nothing is given out before. */
  readonly closedUntilMs: number;
  /** Until then one token is kept for who waits. */
  readonly keptUntilMs: number;
  /** None is kept anew before. */
  readonly keptFromMs: number;
}

export interface Grant {
  readonly bucket: Bucket;
  readonly granted: number;
  /** When asking again is worth it; 0 when everything was granted. */
  readonly waitMs: number;
}

/** Other clients with the same identity, and clocks that differ, have the rest. */
const shareOfLimit = 0.8;
/** What may come at once. With a minute's filling it stays below the limit, so a registry that counts minutes is content too. */
const burstMinutes = 1 / 12;
/** After a refusal the rate is halved, but not below this part of our share; it is back after ten quiet minutes at most. */
const slowestPart = 1 / 16;
const recoveryMinutes = 10;
/** The first time; longer as the rate falls, since it refuses us all the same. */
const closedWithoutWordMs = 10_000;
/** Of so many tokens one is kept for who waits, where others take what they get at once and go without what they do not get. */
const oneKeptOf = 4;
/** Who waits and does not come for its token in this time is gone. */
const keptForMs = 10_000;

/**
 * The part of the bucket that is kept from a lane: what is less urgent is given tokens only while enough are left for those
 * before it, so backfill gets what nobody else wants.
 */
const keptFrom: Readonly<Record<Lane, number>> = { push: 0, user: 0.15, rescan: 0.35, backfill: 0.5 };

export function fullBucket(limits: BudgetLimits, nowMs: number): Bucket {
  const perMinute = limits.perMinute * shareOfLimit;
  return {
    ...{ tokens: capacityOf(limits), perMinute, filledAtMs: nowMs },
    ...{ closedUntilMs: 0, keptUntilMs: 0, keptFromMs: 0 },
  };
}

export interface Taking {
  readonly limits: BudgetLimits;
  readonly lane: Lane;
  readonly wanted: number;
  readonly nowMs: number;
  /** Goes on asking until it has one, beside others that ask once: of every few tokens one is kept for it. */
  readonly waits?: boolean;
}

export function take(bucket: Bucket, { limits, lane, wanted, nowMs, waits = false }: Taking): Grant {
  const filled = fill(bucket, limits, nowMs);
  if (filled.closedUntilMs > nowMs) return { bucket: filled, granted: 0, waitMs: filled.closedUntilMs - nowMs };
  const isKept = filled.keptUntilMs > nowMs;
  const floor = capacityOf(limits) * keptFrom[lane];
  const usual = Math.floor(filled.tokens - floor - (isKept && !waits ? 1 : 0));
  const kept = isKept && waits ? Math.min(1, Math.floor(filled.tokens)) : 0;
  const granted = Math.max(0, Math.min(wanted, Math.max(usual, kept)));
  const left = { ...filled, tokens: filled.tokens - granted };
  const after = waits ? keepOne(left, { granted, nowMs }) : left;
  const usualMs = msUntil(left, floor + 1);
  const waitMs = waits ? Math.min(usualMs, msUntilKept(after, nowMs)) : usualMs;
  return { bucket: after, granted, waitMs: granted === wanted ? 0 : waitMs };
}

/** When the token that is kept is there, or one is kept again. */
function msUntilKept(bucket: Bucket, nowMs: number): number {
  return bucket.keptUntilMs > nowMs ? msUntil(bucket, 1) : Math.max(1, Math.ceil(bucket.keptFromMs - nowMs));
}

/** The next token for who waits and got none; after it was given out, not one again before the others had theirs. */
function keepOne(bucket: Bucket, { granted, nowMs }: { granted: number; nowMs: number }): Bucket {
  const isKept = bucket.keptUntilMs > nowMs;
  if (granted > 0) {
    const keptFromMs = nowMs + ((oneKeptOf - 1) / bucket.perMinute) * 60_000;
    return isKept ? { ...bucket, keptUntilMs: 0, keptFromMs } : bucket;
  }
  if (isKept || bucket.keptFromMs > nowMs) return bucket;
  return { ...bucket, keptUntilMs: nowMs + msUntil(bucket, 1) + keptForMs };
}

function msUntil({ tokens, perMinute }: Bucket, wanted: number): number {
  return Math.max(1, Math.ceil(((wanted - tokens) / perMinute) * 60_000));
}

/**
 * The registry refused a request. Everybody waits until it is ready again, and goes on at half the rate. Requests that were
 * on their way together are refused together: that is one refusal.
 */
export function refused(
  bucket: Bucket,
  { limits, retryAfterMs, nowMs }: { limits: BudgetLimits; retryAfterMs: number | undefined; nowMs: number },
): Bucket {
  const filled = fill(bucket, limits, nowMs);
  const unsaidMs = closedWithoutWordMs * ((limits.perMinute * shareOfLimit) / filled.perMinute);
  const closedUntilMs = Math.max(filled.closedUntilMs, nowMs + (retryAfterMs ?? unsaidMs));
  if (filled.closedUntilMs > nowMs) return { ...filled, closedUntilMs };
  const slowest = limits.perMinute * shareOfLimit * slowestPart;
  return { ...filled, tokens: 0, perMinute: Math.max(slowest, filled.perMinute / 2), closedUntilMs };
}

/** Tokens and rate both grow with time, but not while the bucket is closed. */
function fill(bucket: Bucket, limits: BudgetLimits, nowMs: number): Bucket {
  const minutes = Math.max(0, nowMs - Math.max(bucket.filledAtMs, bucket.closedUntilMs)) / 60_000;
  const ceiling = limits.perMinute * shareOfLimit;
  const tokens = Math.min(capacityOf(limits), bucket.tokens + minutes * bucket.perMinute);
  const perMinute = Math.min(ceiling, bucket.perMinute + (minutes / recoveryMinutes) * ceiling);
  return { ...bucket, tokens, perMinute, filledAtMs: Math.max(bucket.filledAtMs, nowMs) };
}

/** Even the slowest of limits gives every lane a token at a time. */
function capacityOf(limits: BudgetLimits): number {
  return Math.max(4, limits.perMinute * burstMinutes);
}
