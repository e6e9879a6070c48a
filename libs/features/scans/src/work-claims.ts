import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { lanes, type Lane } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';

export interface WorkToShare<T> {
  /** Names the work and everything its result depends on. */
  readonly key: string;
  readonly lane: Lane;
  readonly signal: AbortSignal;
  /** The result, once somebody has it. */
  find(): Promise<T | undefined>;
  /** Makes it, so that `find` gives it from then on. A failure is the caller's alone: the next in line tries as well. */
  make(): Promise<T>;
}

export interface ClaimTimes {
  /** A holder that was silent for so long is taken for dead. */
  readonly leaseMs: number;
  /** How long a more urgent lane waits for a less urgent one, which may be waiting for the registry itself. */
  readonly patienceMs: number;
}

const usual: ClaimTimes = { leaseMs: 30_000, patienceMs: 10_000 };
const firstPauseMs = 50;
const lastPauseMs = 500;

/**
 * Work that several need at the same time is done by one of them, in whatever process, and the others wait for its result. A
 * claim is a row with an end: whoever is killed while he holds it keeps nobody waiting for longer than that.
 */
export class WorkClaims {
  constructor(
    private readonly database: Database,
    private readonly times: ClaimTimes = usual,
  ) {}

  async findOrMake<T>(work: WorkToShare<T>): Promise<T> {
    const holder = randomUUID();
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, lastPauseMs)) {
      const found = await work.find();
      if (found !== undefined) return found;
      if (await this.claim(work, holder)) return this.makeClaimed(work, holder);
      await sleep(pauseMs, undefined, { signal: work.signal }).catch(() => work.signal.throwIfAborted());
    }
  }

  private async makeClaimed<T>(work: WorkToShare<T>, holder: string): Promise<T> {
    const renewal = setInterval(() => {
      // A renewal that fails costs at most that somebody else does the same work again.
      this.renew(work.key, holder).catch(() => undefined);
    }, this.times.leaseMs / 3);
    try {
      // Done by somebody else between the look and the claim.
      return (await work.find()) ?? (await work.make());
    } finally {
      clearInterval(renewal);
      await this.database.workClaim.deleteMany({ where: { key: work.key, holder } });
    }
  }

  private async claim({ key, lane }: WorkToShare<unknown>, holder: string): Promise<boolean> {
    const { leaseMs, patienceMs } = this.times;
    const urgency = lanes.indexOf(lane);
    const claimed = await this.database.$queryRaw<{ key: string }[]>`
      INSERT INTO work_claim AS held (key, holder, urgency, claimed_at, expires_at)
      VALUES (${key}, ${holder}::uuid, ${urgency}, now(), now() + ${leaseMs} * interval '1 millisecond')
      ON CONFLICT (key) DO UPDATE
        SET holder = excluded.holder, urgency = excluded.urgency, claimed_at = now(), expires_at = excluded.expires_at
      WHERE held.expires_at < now()
         OR (held.urgency > excluded.urgency AND held.claimed_at < now() - ${patienceMs} * interval '1 millisecond')
      RETURNING key`;
    return claimed.length > 0;
  }

  private async renew(key: string, holder: string): Promise<void> {
    await this.database.$executeRaw`
      UPDATE work_claim SET expires_at = now() + ${this.times.leaseMs} * interval '1 millisecond'
       WHERE key = ${key} AND holder = ${holder}::uuid`;
  }
}
