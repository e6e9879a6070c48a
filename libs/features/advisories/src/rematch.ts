import { Inject, Injectable } from '@nestjs/common';
import type { Database, Transaction } from '@tidewaiter/db';
import { judgeBatch } from '@tidewaiter/features/matches';
import { DATABASE } from '@tidewaiter/server';
import { z } from 'zod';
import type { FeedCause } from './feed-cause';

export interface RematchOutcome {
  readonly packages: number;
  readonly changes: number;
  readonly images: number;
}

/** Keys judged in one transaction. */
const batchSize = 200;

/**
 * Judges again the packages whose keys are dirty: the cost follows the number of packages with a changed name, whatever
 * the number of images. Several workers may do it at once; each takes keys nobody else holds.
 */
@Injectable()
export class Rematch {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async drain(signal?: AbortSignal): Promise<RematchOutcome> {
    await this.forgetKeysOfNobody();
    const total = { packages: 0, changes: 0, images: 0 };
    for (;;) {
      signal?.throwIfAborted();
      const outcome = await this.database.$transaction(judgeDirty);
      if (outcome === undefined) return total;
      total.packages += outcome.packages;
      total.changes += outcome.changes;
      total.images += outcome.images;
    }
  }

  /**
   * Most advisories speak of packages that no image here has. Keys that a refresh is writing are left for later: waiting
   * for them in another order than it writes them would be a deadlock.
   */
  private async forgetKeysOfNobody(): Promise<void> {
    await this.database.$executeRaw`
      DELETE FROM dirty_key WHERE (ecosystem, name) IN (
        SELECT d.ecosystem, d.name FROM dirty_key d
         WHERE NOT EXISTS (SELECT FROM package_key k WHERE k.ecosystem = d.ecosystem AND k.name = d.name)
           FOR UPDATE OF d SKIP LOCKED)`;
  }
}

async function judgeDirty(tx: Transaction): Promise<RematchOutcome | undefined> {
  const keys = await tx.$queryRaw<DirtyKeyRow[]>`
    SELECT ecosystem, name, cause FROM dirty_key
     ORDER BY cause->>'source', (cause->>'run')::int, ecosystem, name
     LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`;
  const first = keys[0];
  if (first === undefined) return undefined;
  const cause = Cause.parse(first.cause);
  // One cause a batch, so that a transition names the run that brought it.
  const own = keys.filter((key) => sameCause(Cause.parse(key.cause), cause));
  const [ecosystems, names] = [own.map((key) => key.ecosystem), own.map((key) => key.name)];
  const packages = await tx.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT k.package_id AS id
      FROM package_key k JOIN unnest(${ecosystems}::text[], ${names}::text[]) AS d(ecosystem, name)
        ON k.ecosystem = d.ecosystem AND k.name = d.name
     ORDER BY 1`;
  const outcome = await judgeBatch(
    tx,
    packages.map((row) => row.id),
    cause,
  );
  await tx.$executeRaw`
    DELETE FROM dirty_key d USING unnest(${ecosystems}::text[], ${names}::text[]) AS k(ecosystem, name)
     WHERE d.ecosystem = k.ecosystem AND d.name = k.name`;
  return { packages: outcome.judged, changes: outcome.changes.length, images: outcome.imageIds.length };
}

const Cause = z.object({ kind: z.literal('feed'), source: z.string(), run: z.number() });

interface DirtyKeyRow {
  readonly ecosystem: string;
  readonly name: string;
  readonly cause: unknown;
}

function sameCause(a: FeedCause, b: FeedCause): boolean {
  return a.source === b.source && a.run === b.run;
}
