import { Injectable } from '@nestjs/common';
import { pauseRecord, RegistryDirectory, type PauseRecord } from '@tidewaiter/features/registries';
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
  type CoverageLag,
  type CoverageQuery,
} from './coverage.schema';

const EntryKeySchema: z.ZodType<EntryKey> = z.tuple([z.int32(), z.int32(), z.int32()]);

/** From the event of a push to its verdict, where no layer is known. */
const pushBudgetSeconds = 60;

@Injectable()
export class CoverageService {
  constructor(
    private readonly coverage: CoverageRepository,
    private readonly directory: RegistryDirectory,
  ) {}

  async summarize({ registry, repository }: CoverageQuery): Promise<Coverage> {
    const rows = await this.coverage.countEntries({ registry, repository });
    const totals = nothing();
    const repositories = new Map<string, Coverage['repositories'][number]>();
    for (const row of rows) {
      const key = JSON.stringify([row.registry, row.repository]);
      const entry = repositories.get(key) ?? emptyRepository(row);
      repositories.set(key, entry);
      add(entry.counts, row);
      add(totals, row);
    }
    for (const { code, message, since, ...place } of await this.coverage.findRefused({ registry, repository })) {
      const key = JSON.stringify([place.registry, place.repository]);
      const entry = repositories.get(key) ?? emptyRepository(place);
      repositories.set(key, { ...entry, accessLost: { code, message, since: since.toISOString() } });
    }
    return { totals, repositories: [...repositories.values()].map((entry) => this.withFault(entry)) };
  }

  /** Of a registry that nobody can sign in to, what is known is as of then too. */
  private withFault(entry: CoveredRepository): CoveredRepository {
    const unreadable = this.directory.findUnreadable(entry.registry);
    if (unreadable === undefined) return entry;
    const { since, fault } = unreadable;
    return { ...entry, accessLost: { code: fault.code, message: fault.message, since: since.toISOString() } };
  }

  async lag(): Promise<CoverageLag> {
    const row = await this.coverage.lag(pushBudgetSeconds);
    const { waiting, heldBack, oldestWaitingAt, pushes, p50Seconds, p95Seconds, withinBudget } = row;
    return {
      waiting,
      heldBack,
      oldestWaitingAt: oldestWaitingAt?.toISOString() ?? null,
      pushToVerdict: {
        ...{ pushes, p50Seconds, p95Seconds, budgetSeconds: pushBudgetSeconds },
        withinBudget: pushes === 0 ? null : withinBudget / pushes,
      },
    };
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

type CoveredRepository = Coverage['repositories'][number];

function emptyRepository({ registry, repository }: Pick<CoveredRepository, 'registry' | 'repository'>) {
  const entry: CoveredRepository = { registry, repository, counts: nothing(), accessLost: null };
  return entry;
}

function nothing(): CoverageCounts {
  const known = { scanned: 0, partial: 0, unsupported: 0, excluded: 0 };
  return { ...known, queued: 0, running: 0, failed: 0, cancelled: 0, unscanned: 0, deleted: 0, total: 0 };
}

function add(counts: CoverageCounts, { state, entries }: { readonly state: string; readonly entries: number }): void {
  counts[CoverageState.parse(state)] += entries;
  if (state !== 'deleted') counts.total += entries;
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
    excludedBy: row.rule,
    nextTryAt: row.nextTryAt?.toISOString() ?? null,
    reason: row.reasonCode === null ? null : { code: row.reasonCode, message: row.reason ?? '' },
    pause: pauseOf(row),
    scan: row.scanId === null || row.scanState === null ? null : { id: row.scanId, state: row.scanState },
  };
}

function pauseOf({ pauseReason, pausedBy, pausedSince }: CoverageEntryRow): PauseRecord | null {
  if (pauseReason === null || pausedBy === null || pausedSince === null) return null;
  return pauseRecord({ reason: pauseReason, by: pausedBy, since: pausedSince });
}
