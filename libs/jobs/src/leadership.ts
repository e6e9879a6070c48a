import { randomUUID } from 'node:crypto';
import type { Database } from '@tidewaiter/db';

const claimKey = 'leader of what happens by the clock';

/**
 * One process at a time: a claim with an end, renewed by its holder. When the holder is killed, another has it a lease later.
 * What is done under it may be done twice all the same (a process that was asleep finds out late), so it must bear that.
 */
export class Leadership {
  private readonly holder = randomUUID();

  constructor(
    private readonly database: Database,
    private readonly leaseMs: number,
  ) {}

  /** Takes or renews it; false when another process has it. */
  async hold(): Promise<boolean> {
    const held = await this.database.$queryRaw<{ key: string }[]>`
      INSERT INTO work_claim AS held (key, holder, urgency, claimed_at, expires_at)
      VALUES (${claimKey}, ${this.holder}::uuid, 0, now(), now() + ${this.leaseMs} * interval '1 millisecond')
      ON CONFLICT (key) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
      WHERE held.holder = excluded.holder OR held.expires_at < now()
      RETURNING key`;
    return held.length > 0;
  }

  /** The next to ask has it at once. */
  async resign(): Promise<void> {
    await this.database.workClaim.deleteMany({ where: { key: claimKey, holder: this.holder } });
  }
}
