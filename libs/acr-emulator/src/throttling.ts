import { RegistryFault } from './fault';

/** What ACR counts apart. A listing of referrers counts as a read as well. */
export type OperationClass = 'read' | 'write' | 'delete' | 'referrers' | 'oauth';

/** Requests a minute. `identity` is left out where only the registry as a whole is counted. */
export interface Budget {
  readonly registry: number;
  readonly identity?: number;
}

export type AcrTier = 'basic' | 'standard' | 'premium';

export interface ThrottlingOptions {
  readonly tier: AcrTier;
  /** Instead of the tier's own numbers. */
  readonly budgets?: Partial<Readonly<Record<OperationClass, Budget>>>;
  /** How long a budget that was used up stays closed; ACR's is a minute. */
  readonly closedSeconds?: number;
}

/** What was let through and what was refused, since it was switched on. */
export interface ThrottlingReport {
  readonly allowed: Readonly<Record<OperationClass, number>>;
  readonly refused: Readonly<Record<OperationClass, number>>;
  /** Whether any budget was ever used up: no client that keeps to its budget makes this true. */
  readonly isExceeded: boolean;
}

export interface Throttling {
  /** Counts one request. @throws RegistryFault 429 with `Retry-After` when a budget of it is used up */
  admit(operations: readonly OperationClass[], subject: string): void;
  /** What ACR says of its budget with every answer. */
  headers(): Readonly<Record<string, string>>;
  report(): ThrottlingReport;
}

/** https://learn.microsoft.com/azure/container-registry/container-registry-skus, "Registry throughput and throttling". */
const smallBudgets: Readonly<Record<OperationClass, Budget>> = {
  read: { registry: 10_000, identity: 5_000 },
  write: { registry: 2_000, identity: 1_000 },
  delete: { registry: 1_000, identity: 500 },
  referrers: { registry: 500, identity: 250 },
  oauth: { registry: 10_000 },
};
const tierBudgets: Readonly<Record<AcrTier, Readonly<Record<OperationClass, Budget>>>> = {
  basic: smallBudgets,
  standard: smallBudgets,
  premium: {
    read: { registry: 20_000, identity: 10_000 },
    write: { registry: 4_000, identity: 2_000 },
    delete: { registry: 4_000, identity: 2_000 },
    referrers: { registry: 2_000, identity: 1_000 },
    oauth: { registry: 20_000 },
  },
};

/** Counts every request against two buckets, the registry's and the caller's; one that runs dry is closed for a while. */
export function createThrottling(options: ThrottlingOptions, now: () => number = Date.now): Throttling {
  const budgets = { ...tierBudgets[options.tier], ...options.budgets };
  const closedMs = (options.closedSeconds ?? 60) * 1_000;
  const buckets = new Map<string, Bucket>();
  const allowed = noRequests();
  const refused = noRequests();

  function bucketsOf(operation: OperationClass, subject: string): Bucket[] {
    const { registry, identity } = budgets[operation];
    const found = [bucketOf(`${operation} registry`, registry)];
    if (identity !== undefined) found.push(bucketOf(`${operation} identity ${subject}`, identity));
    return found;
  }

  function bucketOf(name: string, perMinute: number): Bucket {
    const known = buckets.get(name);
    if (known !== undefined) return known;
    const bucket = new Bucket(perMinute, closedMs, now);
    buckets.set(name, bucket);
    return bucket;
  }

  return {
    admit(operations, subject) {
      if (operations.length === 0) return;
      const all = operations.flatMap((operation) => bucketsOf(operation, subject));
      const waitMs = Math.max(...all.map((bucket) => bucket.waitMs()));
      const counts = waitMs > 0 ? refused : allowed;
      for (const operation of operations) counts[operation] += 1;
      if (waitMs > 0) throw tooMany(waitMs);
      for (const bucket of all) bucket.take();
    },
    headers: () => {
      const left = bucketOf('read registry', budgets.read.registry).left();
      return { 'X-Ms-Ratelimit-Remaining-Calls-Per-Second': String(Number((left / 60).toFixed(6))) };
    },
    report: () => ({
      allowed: { ...allowed },
      refused: { ...refused },
      isExceeded: Object.values(refused).some((count) => count > 0),
    }),
  };
}

/** The classes a request counts in; none for what is no operation of the registry. */
export function operationsOf(method: string, path: string): readonly OperationClass[] {
  if (path.startsWith('/oauth2/')) return ['oauth'];
  if (!path.startsWith('/v2/') && !path.startsWith('/acr/v1/')) return [];
  if (method === 'DELETE') return ['delete'];
  if (method !== 'GET' && method !== 'HEAD') return ['write'];
  return /^\/v2\/.+\/referrers\/[^/]+$/.test(path) ? ['read', 'referrers'] : ['read'];
}

class Bucket {
  #tokens: number;
  #filledAt: number;
  #closedUntil = 0;

  constructor(
    private readonly perMinute: number,
    private readonly closedMs: number,
    private readonly now: () => number,
  ) {
    this.#tokens = perMinute;
    this.#filledAt = now();
  }

  /** 0 when a request may pass. Whoever finds a bucket dry closes it, and waits like everybody else. */
  waitMs(): number {
    if (this.#closedUntil > this.now()) return this.#closedUntil - this.now();
    if (this.left() >= 1) return 0;
    this.#closedUntil = this.now() + this.closedMs;
    return this.closedMs;
  }

  take(): void {
    this.#tokens = this.left() - 1;
    this.#filledAt = this.now();
  }

  left(): number {
    const gained = ((this.now() - this.#filledAt) / 60_000) * this.perMinute;
    return Math.min(this.perMinute, this.#tokens + gained);
  }
}

/** The seconds count down from one refusal to the next. */
function tooMany(waitMs: number): RegistryFault {
  return new RegistryFault(429, 'TOOMANYREQUESTS', 'too many requests have been made to the registry', {
    headers: { 'Retry-After': String(Math.ceil(waitMs / 1_000)) },
  });
}

function noRequests(): Record<OperationClass, number> {
  return { read: 0, write: 0, delete: 0, referrers: 0, oauth: 0 };
}
