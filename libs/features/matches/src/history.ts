import { Inject, Injectable } from '@nestjs/common';
import {
  deleteInBatches,
  dropMonths,
  makeMonths,
  monthAfter,
  reachesBefore,
  type Database,
  type MonthlyTable,
} from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';

const tables: readonly MonthlyTable[] = [
  { table: 'advisory_revision', column: 'known_until' },
  { table: 'past_advisory_vulnerability', column: 'known_until' },
  { table: 'match_revision', column: 'known_until' },
  { table: 'past_epss_score', column: 'known_until' },
  { table: 'past_known_exploited', column: 'known_until' },
  { table: 'past_vex_statement', column: 'known_until' },
  { table: 'transition', column: 'at' },
];

/** Months made before they begin: nothing may run for so long, and what comes after that waits in the default partitions. */
const monthsAhead = 2;
const dayMs = 86_400_000;
/** Rows deleted in one statement: nobody waits long for the locks of one. */
const batchSize = 5_000;

interface DeletedHistory {
  /** Partitions, each a month of one table. */
  readonly months: number;
  readonly matches: number;
}

/** What was known once: kept by month, and given up by month. */
@Injectable()
export class History {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Makes the partitions that are needed soon. Returns how many. */
  async makeMonths(now: Date): Promise<number> {
    let made = 0;
    for (const table of tables) made += await makeMonths(this.database, table, { now, ahead: monthsAhead });
    return made;
  }

  /**
   * Deletes the months that ended so many days ago, and the matches that were closed in them. It says so first: a moment in them
   * is then refused and never answered with half of it.
   */
  async deleteOlderThan(days: number, now: Date): Promise<DeletedHistory> {
    const limit = monthAfter(new Date(now.getTime() - days * dayMs), 0);
    if (!(await this.reachesBefore(limit))) return { months: 0, matches: 0 };
    await this.database.$executeRaw`
      INSERT INTO kept_since (subject, since) VALUES ('history', ${limit})
      ON CONFLICT (subject) DO UPDATE SET since = greatest(kept_since.since, excluded.since)`;
    let months = 0;
    for (const table of tables) months += await dropMonths(this.database, table, limit);
    return { months, matches: await this.deleteMatches(limit) };
  }

  private async reachesBefore(limit: Date): Promise<boolean> {
    for (const table of tables) if (await reachesBefore(this.database, table, limit)) return true;
    return (await this.database.match.findFirst({ where: { closedAt: { lt: limit } }, select: { id: true } })) !== null;
  }

  /** A match is closed in place, so it has no partition. */
  private deleteMatches(limit: Date): Promise<number> {
    return deleteInBatches(
      batchSize,
      () => this.database.$executeRaw`
        DELETE FROM match WHERE id IN (SELECT id FROM match WHERE closed_at < ${limit} ORDER BY closed_at LIMIT ${batchSize})`,
    );
  }
}
