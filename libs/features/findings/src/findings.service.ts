import { Injectable } from '@nestjs/common';
import { Severity } from '@tidewaiter/contracts';
import type { FindingSort } from '@tidewaiter/features/images';
import { findingFields } from '@tidewaiter/features/matches';
import { keyset } from '@tidewaiter/server';
import { z } from 'zod';
import { FindingsRepository, type FindingKey, type FindingRow } from './findings.repository';
import type { PackageFinding, PackageFindingListQuery, PackageFindingPage } from './findings.schema';

const matchId = z.string().regex(/^\d{1,18}$/);
const keySchemas: Readonly<Record<FindingSort, z.ZodType<FindingKey>>> = {
  risk: z.tuple([z.number(), matchId]),
  epss: z.tuple([z.number(), matchId]),
  opened: z.tuple([z.iso.datetime(), matchId]),
  severity: z.tuple([Severity, matchId]),
};

@Injectable()
export class FindingsService {
  constructor(private readonly findings: FindingsRepository) {}

  async list({ limit, cursor, sort, ...query }: PackageFindingListQuery): Promise<PackageFindingPage> {
    const { severity, verdict, fixable, exploited } = query;
    const filter = { severity, verdict, fixable, exploited };
    const keys = keyset({ key: keySchemas[sort], query: { list: 'findings', sort, ...filter } });
    const rows = await this.findings.find(sort, filter, { after: keys.after(cursor), limit });
    return keys.page(rows, { limit, keyOf: (row) => [sortedBy(row, sort), row.matchId.toString()], toItem });
  }
}

function sortedBy(row: FindingRow, sort: FindingSort): number | string {
  return sort === 'opened' ? row.openedAt.toISOString() : row[sort];
}

function toItem(row: FindingRow): PackageFinding {
  const { risk, epss, exploitedSince } = row;
  return { ...findingFields(row), risk, epss: epss < 0 ? null : epss, exploitedSince };
}
