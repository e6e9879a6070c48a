import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { JudgePackages, renewKeys } from '@tidewaiter/features/matches';
import { DATABASE } from '@tidewaiter/server';
import { lockAdvisories } from './advisory-rows';
import { FeedCause } from './stored-columns.schema';

export interface RematchOutcome {
  readonly packages: number;
  readonly changes: number;
  readonly images: number;
}

/** Keys and vulnerabilities looked at in one go; a crash repeats no more than these. */
const batchSize = 5_000;

/**
 * Judges again the packages whose keys are dirty, by what is said of the vulnerabilities that changed: the cost follows the
 * number of packages with a changed name and of what changed, whatever the number of images and of other records. A key stays dirty until its packages are judged, and longer when it became dirty again meanwhile;
 * so a crash, or two that do this at once, repeats work and loses none.
 *
 * Keys of a run that is not over wait for its end: before that, an advisory may be gone whose successor has no group yet.
 */
@Injectable()
export class Rematch {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly judgePackages: JudgePackages,
  ) {}

  async drain(signal?: AbortSignal): Promise<RematchOutcome> {
    await this.forgetKeysOfNobody();
    const renewed = await renewKeys(this.database, this.judgePackages, signal);
    const total = { packages: renewed.judged, changes: renewed.changes, images: 0 };
    for (;;) {
      const keys = await this.nextKeys();
      const [first] = keys;
      if (first === undefined) break;
      // What is judged besides (another key's vulnerability) is judged rightly too.
      const only = [...new Set(keys.map((key) => key.vulnerabilityId))];
      const outcome = await this.judgePackages.judge(await this.packagesOf(keys), causeOf(first), { only, signal });
      await this.forget(keys);
      total.packages += outcome.judged;
      total.changes += outcome.changes;
    }
    total.images = await this.judgePackages.recount(signal);
    return total;
  }

  /** Most advisories speak of packages that no image here has. */
  private async forgetKeysOfNobody(): Promise<void> {
    await this.database.$transaction(
      async (tx) => {
        await lockAdvisories(tx);
        await tx.$executeRaw`
          DELETE FROM dirty_key d
           WHERE NOT EXISTS (SELECT FROM package_key k WHERE k.ecosystem = d.ecosystem AND k.name = d.name)`;
      },
      { timeout: lockTimeoutMs },
    );
  }

  /**
   * Keys with one cause, so that a transition names the run that brought it; all of a name at once, so that what has another id now is
   * closed and opened together.
   */
  private async nextKeys(): Promise<readonly DirtyKey[]> {
    return this.database.$queryRaw<DirtyKey[]>`
      WITH next AS (
        SELECT d.cause FROM dirty_key d JOIN feed f ON f.id = d.cause->>'source' AND f.run >= (d.cause->>'run')::int
         LIMIT 1)
      SELECT d.ecosystem, d.name, d.vulnerability_id AS "vulnerabilityId", d.cause, d.xmin::text AS version
        FROM dirty_key d JOIN next n ON d.cause = n.cause
       ORDER BY d.ecosystem, d.name FETCH FIRST ${batchSize} ROWS WITH TIES`;
  }

  private async packagesOf(keys: readonly DirtyKey[]): Promise<readonly number[]> {
    const rows = await this.database.$queryRaw<{ id: number }[]>`
      SELECT DISTINCT k.package_id AS id
        FROM unnest(${keys.map((key) => key.ecosystem)}::text[], ${keys.map((key) => key.name)}::text[]) AS d(ecosystem, name)
        JOIN package_key k ON k.ecosystem = d.ecosystem AND k.name = d.name`;
    return rows.map((row) => row.id);
  }

  /** Those that nobody made dirty again since they were read: `xmin` is another one then. */
  private async forget(keys: readonly DirtyKey[]): Promise<void> {
    await this.database.$transaction(
      async (tx) => {
        await lockAdvisories(tx);
        await tx.$executeRaw`
          DELETE FROM dirty_key d
           USING unnest(${keys.map((key) => key.ecosystem)}::text[], ${keys.map((key) => key.name)}::text[],
                        ${keys.map((key) => key.vulnerabilityId)}::int[], ${keys.map((key) => key.version)}::text[])
                 AS k(ecosystem, name, vulnerability_id, version)
           WHERE d.ecosystem = k.ecosystem AND d.name = k.name AND d.vulnerability_id = k.vulnerability_id
             AND d.xmin::text = k.version`;
      },
      { timeout: lockTimeoutMs },
    );
  }
}

/** A source may be writing its groups meanwhile. */
const lockTimeoutMs = 600_000;

interface DirtyKey {
  readonly ecosystem: string;
  readonly name: string;
  readonly vulnerabilityId: number;
  readonly cause: unknown;
  readonly version: string;
}

function causeOf(key: DirtyKey): FeedCause {
  return FeedCause.parse(key.cause);
}
