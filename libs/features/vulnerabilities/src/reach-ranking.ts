import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { isPresent } from '@tidewaiter/features/images';
import { DATABASE } from '@tidewaiter/server';
import { ReachCount, type OpenMatch } from './reach-count';

/** How long an order by images is used before it is counted again. */
const lifetimeMs = 60_000;
const batchRows = 2_000;

interface Ranking {
  readonly countedAtMs: number;
  readonly images: ReadonlyMap<number, number>;
}

/**
 * In how many images each vulnerability is found, for sorting by it. Counting reads every inventory part once, so it is
 * done when somebody asks, at most once a minute, and the pages in between share the answer.
 */
@Injectable()
export class ReachRanking {
  private latest: Ranking | undefined;
  private running: Promise<Ranking> | undefined;

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Images by vulnerability id; one that is not in it is open in none. */
  async images(): Promise<ReadonlyMap<number, number>> {
    if (this.latest !== undefined && Date.now() - this.latest.countedAtMs < lifetimeMs) return this.latest.images;
    this.running ??= this.count().finally(() => {
      this.running = undefined;
    });
    return (await this.running).images;
  }

  private async count(): Promise<Ranking> {
    const countedAtMs = Date.now();
    const reach = new ReachCount(await this.findOpenMatches());
    const parts = new Map<number, Uint32Array>();
    for await (const rows of this.partBatches()) {
      for (const { id, packages } of rows) {
        const vulnerable = reach.vulnerable(packages.split(',').map(Number));
        if (vulnerable.length > 0) parts.set(id, vulnerable);
      }
    }
    for await (const rows of this.imageBatches()) {
      for (const { parts: ids } of rows) reach.add(ids.flatMap((id) => parts.get(id) ?? []));
    }
    this.latest = { countedAtMs, images: reach.counts() };
    return this.latest;
  }

  private findOpenMatches(): Promise<OpenMatch[]> {
    return this.database.$queryRaw<OpenMatch[]>`
      SELECT vulnerability_id AS "vulnerabilityId", package_id AS "packageId" FROM match WHERE closed_at IS NULL`;
  }

  /** Package ids as text: parsing an array element by element costs more than everything else here. */
  private partBatches(): AsyncGenerator<readonly { readonly id: number; readonly packages: string }[]> {
    return batches(
      (after) => this.database.$queryRaw`
        SELECT id, array_to_string(package_ids, ',') AS packages FROM inventory_part
         WHERE id > ${after} ORDER BY id LIMIT ${batchRows}`,
    );
  }

  private imageBatches(): AsyncGenerator<readonly { readonly id: number; readonly parts: readonly number[] }[]> {
    return batches(
      (after) => this.database.$queryRaw`
        SELECT i.id, ARRAY(SELECT ip.part_id FROM image_part ip WHERE ip.image_id = i.id) AS parts FROM image i
         WHERE i.id > ${after} AND ${isPresent}
         ORDER BY i.id LIMIT ${batchRows}`,
    );
  }
}

async function* batches<R extends { readonly id: number }>(
  read: (after: number) => Promise<readonly R[]>,
): AsyncGenerator<readonly R[]> {
  let after = 0;
  for (;;) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.id;
  }
}
