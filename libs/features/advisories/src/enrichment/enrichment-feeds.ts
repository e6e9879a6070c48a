import { Inject, Injectable } from '@nestjs/common';
import type { Enrichment, VexStatement } from '@tidewaiter/contracts';
import { Prisma, type Database } from '@tidewaiter/db';
import { enrichmentSources, type Source } from '@tidewaiter/feeds';
import { forgetStatements, markVouchedFor } from '@tidewaiter/features/matches';
import { UserError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import { vexSource, vexSourceForMany } from '@tidewaiter/vex';
import { freeId } from '../feed-id';

/** A source an operator wants, at another address or path than its publisher's when one is given. */
export interface WantedEnrichment {
  readonly id: string;
  readonly source?: string | undefined;
}

/** Everything that is read beside advisories. Whose VEX statements are believed is an operator's decision: they have no address. */
const sources: readonly KnownSource[] = [...enrichmentSources, vexSourceForMany];

type KnownSource = Source<Enrichment | VexStatement> & { readonly address?: string };

/** Feeds of the rows that are not of advisories. */
export const enrichmentIds: readonly string[] = sources.map(({ id }) => id);

export function enrichmentSourceOf(feed: string): KnownSource | undefined {
  return sources.find((source) => source.id === feed);
}

/** The configured sources of what is known beside advisories, as rows beside those of advisories. */
@Injectable()
export class EnrichmentFeeds {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Ids of the configured ones, and of those that were configured once. @throws UserError `enrichment-unknown` */
  async sync(
    wanted: readonly WantedEnrichment[],
  ): Promise<{ readonly configured: readonly string[]; readonly retired: readonly string[] }> {
    const configured: string[] = [];
    for (const { id, source } of wanted) {
      const address = addressOf(id, source);
      configured.push(id === vexSource.id ? await this.oneOfMany(id, address) : await this.only(id, address));
    }
    const where = { feed: { in: [...enrichmentIds] }, id: { notIn: configured } };
    const retired = await this.database.feedState.findMany({ where, select: { id: true } });
    const ids = retired.map(({ id }) => id);
    await this.disbelieve(ids);
    return { configured: [...new Set(configured)], retired: ids };
  }

  /** There is one catalogue and one model of scores. */
  private async only(id: string, source: string): Promise<string> {
    const row = await this.database.feedState.findUnique({ where: { id }, select: { source: true } });
    if (row === null) {
      await this.database.feedState.create({ data: { id, feed: id, source, state: 'never', ecosystems: [] } });
    } else if (row.source !== source) {
      // Another address has bytes of its own: what was seen at the old one says nothing about them.
      await this.database.feedState.update({ where: { id }, data: { source, fingerprint: Prisma.DbNull } });
    }
    return id;
  }

  /** Statements come from many: each source is a row of its own. */
  private async oneOfMany(feed: string, source: string): Promise<string> {
    const rows = await this.database.feedState.findMany({ where: { feed }, select: { id: true, source: true } });
    const known = rows.find((row) => row.source === source);
    if (known !== undefined) return known.id;
    const id = freeId({ feed: { id: feed }, source }, new Set(rows.map((row) => row.id)));
    await this.database.feedState.upsert({
      where: { id },
      create: { id, feed, source, state: 'never', ecosystems: [] },
      update: {},
    });
    return id;
  }

  /** The word of a source that nobody configures any more is believed no longer; configured again, it is read again. */
  private async disbelieve(retired: readonly string[]): Promise<void> {
    await this.database.$transaction(async (tx) => {
      if ((await forgetStatements(tx, { feedIds: retired })) === 0) return;
      const where = { id: { in: [...retired] }, feed: vexSource.id };
      await tx.feedState.updateMany({ where, data: { fingerprint: Prisma.DbNull, records: 0 } });
      await markVouchedFor(tx);
    });
  }
}

function addressOf(id: string, source: string | undefined): string {
  const known = enrichmentSourceOf(id);
  if (known === undefined) {
    const names = enrichmentIds.join(', ');
    throw new UserError('enrichment-unknown', `there is no source "${id}" to enrich by; there are ${names}`);
  }
  const address = source ?? known.address;
  if (address !== undefined) return address;
  throw new UserError('enrichment-unknown', `"${id}" has no address of its own: say ${id}=PATH or ${id}=URL`);
}
