import { Inject, Injectable } from '@nestjs/common';
import type { Enrichment, VexStatement } from '@tidewaiter/contracts';
import { Prisma, type Database } from '@tidewaiter/db';
import { enrichmentSources, type Source } from '@tidewaiter/feeds';
import { UserError } from '@tidewaiter/kit';
import { vexSource } from '@tidewaiter/vex';
import { DATABASE } from '@tidewaiter/server';

/** A source an operator wants, at another address or path than its publisher's when one is given. */
export interface WantedEnrichment {
  readonly id: string;
  readonly source?: string | undefined;
}

/** Everything that is read beside advisories. Whose VEX statements are believed is an operator's decision: they have no address. */
const sources: readonly KnownSource[] = [...enrichmentSources, vexSource];

type KnownSource = Source<Enrichment | VexStatement> & { readonly address?: string };

/** Feed ids of the rows that are not of advisories. */
export const enrichmentIds: readonly string[] = sources.map(({ id }) => id);

export function enrichmentSourceOf(id: string): KnownSource | undefined {
  return sources.find((source) => source.id === id);
}

/** The configured sources of what is known beside advisories, as rows beside those of advisories. */
@Injectable()
export class EnrichmentFeeds {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Ids of the configured ones, and of those that were configured once. @throws UserError `enrichment-unknown` */
  async sync(
    wanted: readonly WantedEnrichment[],
  ): Promise<{ readonly configured: readonly string[]; readonly retired: readonly string[] }> {
    for (const { id, source } of wanted) {
      const known = enrichmentSourceOf(id);
      if (known === undefined) {
        const names = enrichmentIds.join(', ');
        throw new UserError('enrichment-unknown', `there is no source "${id}" to enrich by; there are ${names}`);
      }
      const address = source ?? known.address;
      if (address === undefined)
        throw new UserError('enrichment-unknown', `"${id}" has no address of its own: say ${id}=PATH or ${id}=URL`);
      const row = await this.database.feedState.findUnique({ where: { id }, select: { source: true } });
      if (row === null) {
        await this.database.feedState.create({
          data: { id, feed: id, source: address, state: 'never', ecosystems: [] },
        });
      } else if (row.source !== address) {
        // Another address has bytes of its own: what was seen at the old one says nothing about them.
        await this.database.feedState.update({ where: { id }, data: { source: address, fingerprint: Prisma.DbNull } });
      }
    }
    const configured = wanted.map(({ id }) => id);
    const where = { feed: { in: [...enrichmentIds] } };
    const rows = await this.database.feedState.findMany({ where, select: { id: true } });
    return { configured, retired: rows.map(({ id }) => id).filter((id) => !configured.includes(id)) };
  }
}
