import { Injectable } from '@nestjs/common';
import { keyset } from '@tidewaiter/server';
import { z } from 'zod';
import { CoverageRepository, type CoverageEntryRow, type EntryKey } from './coverage.repository';
import {
  CoverageState,
  type Coverage,
  type CoverageCounts,
  type CoverageEntry,
  type CoverageEntryListQuery,
  type CoverageEntryPage,
  type CoverageQuery,
} from './coverage.schema';

const EntryKeySchema: z.ZodType<EntryKey> = z.tuple([z.int32(), z.int32(), z.int32()]);

@Injectable()
export class CoverageService {
  constructor(private readonly coverage: CoverageRepository) {}

  async summarize({ registry, repository }: CoverageQuery): Promise<Coverage> {
    const rows = await this.coverage.countEntries({ registry, repository });
    const totals = nothing();
    const repositories = new Map<string, Coverage['repositories'][number]>();
    for (const row of rows) {
      const key = JSON.stringify([row.registry, row.repository]);
      const entry = repositories.get(key) ?? { registry: row.registry, repository: row.repository, counts: nothing() };
      repositories.set(key, entry);
      add(entry.counts, row);
      add(totals, row);
    }
    return { totals, repositories: [...repositories.values()] };
  }

  async listEntries({
    limit,
    cursor,
    registry,
    repository,
    state,
  }: CoverageEntryListQuery): Promise<CoverageEntryPage> {
    const filter = { registry, repository, state };
    const keys = keyset({ key: EntryKeySchema, query: { list: 'coverage-entries', ...filter } });
    const rows = await this.coverage.findEntries(filter, { after: keys.after(cursor), limit });
    return keys.page(rows, { limit, keyOf: (row) => [row.manifestId, row.tagId, row.imageId], toItem: toEntry });
  }
}

function nothing(): CoverageCounts {
  return { scanned: 0, partial: 0, queued: 0, running: 0, failed: 0, unsupported: 0, unscanned: 0, total: 0 };
}

function add(counts: CoverageCounts, { state, entries }: { readonly state: string; readonly entries: number }): void {
  counts[CoverageState.parse(state)] += entries;
  counts.total += entries;
}

function toEntry(row: CoverageEntryRow): CoverageEntry {
  return {
    registry: row.registry,
    repository: row.repository,
    tag: row.tag,
    digest: row.digest,
    imageDigest: row.imageDigest,
    platform: row.platform,
    state: CoverageState.parse(row.state),
    reason: row.reasonCode === null ? null : { code: row.reasonCode, message: row.reason ?? '' },
    scan: row.scanId === null || row.scanState === null ? null : { id: row.scanId, state: row.scanState },
  };
}
