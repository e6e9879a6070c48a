import { Inject, Injectable } from '@nestjs/common';
import { Finding, FixState, Severity } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import { HoldingImages } from '@tidewaiter/features/images';
import {
  asDescribed,
  askedMoment,
  findRecords,
  notKeptAt,
  wasKnown,
  type KnownRecord,
} from '@tidewaiter/features/matches';
import { UserError } from '@tidewaiter/kit';
import { DATABASE, keyset } from '@tidewaiter/server';
import { z } from 'zod';
import { ReachRanking } from './reach-ranking';
import {
  packagesOf,
  VulnerabilitiesRepository,
  type AffectedRow,
  type EpssKey,
  type PublishedKey,
  type Reach,
  type ReachKey,
  type SeverityKey,
  type VulnerabilityFilter,
  type VulnerabilityRow,
} from './vulnerabilities.repository';
import type {
  AffectedImageListQuery,
  AffectedImagePage,
  Vulnerability,
  VulnerabilityListItem,
  VulnerabilityListQuery,
  VulnerabilityPage,
} from './vulnerabilities.schema';

const SeverityKeySchema: z.ZodType<SeverityKey> = z.tuple([z.int32(), z.int32()]);
const PublishedKeySchema: z.ZodType<PublishedKey> = z.tuple([z.string(), z.int32()]);
const EpssKeySchema: z.ZodType<EpssKey> = z.tuple([z.number(), z.int32()]);
const ReachKeySchema: z.ZodType<ReachKey> = z.tuple([z.int32(), z.int32()]);

const shownPackages = 200;
const shownRecords = 200;
const shownIds = 20;

@Injectable()
export class VulnerabilitiesService {
  constructor(
    private readonly vulnerabilities: VulnerabilitiesRepository,
    private readonly ranking: ReachRanking,
    private readonly holding: HoldingImages,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  list(query: VulnerabilityListQuery): Promise<VulnerabilityPage> {
    if (query.sort === 'images') return this.listByReach(query);
    if (query.sort === 'epss') return this.listByEpss(query);
    return query.sort === 'published' ? this.listByPublication(query) : this.listBySeverity(query);
  }

  async get(id: string, asked: string | undefined): Promise<Vulnerability> {
    const at = await askedMoment(this.database, asked);
    const row = await this.require(id, at);
    const [reach, affected] = await Promise.all([
      this.vulnerabilities.countReach([row.id], at),
      this.vulnerabilities.findAffected(row.id, { only: undefined, limit: shownPackages, at }),
    ]);
    const packageIds = affected.map((entry) => entry.packageId);
    const records = (await findRecords(this.database, [row.id], { at, packageIds })).get(row.id) ?? [];
    if (at !== undefined && records.length === 0 && !(await wasKnown(this.database, row.id, at)))
      throw new UserError('vulnerability-not-known-yet', `no advisory here spoke of ${id} at ${at.toISOString()}`);
    const shown =
      at === undefined
        ? row
        : { ...row, ...asDescribed(records), ...(await this.vulnerabilities.findThreat(row.id, at)) };
    return {
      ...toItem(shown, reach.get(row.id)),
      advisories: records.slice(0, shownRecords).map(toRecord),
      affected: affected.map((entry) => ({ ...toAffected(entry), openedAt: entry.openedAt.toISOString() })),
      ...(at !== undefined && (await this.asOf(at, ['id', 'aliases']))),
    };
  }

  async listImages(id: string, { limit, cursor, ...query }: AffectedImageListQuery): Promise<AffectedImagePage> {
    const at = await askedMoment(this.database, query.at);
    const row = await this.require(id, at);
    const keys = keyset({ key: z.int32(), query: { list: 'vulnerability-images', id: row.name, ...query } });
    const holdings = await this.holding.find(packagesOf(row.id, at), { after: keys.after(cursor), limit, at });
    const only = [...new Set(holdings.flatMap(({ held }) => held.map(({ packageId }) => packageId)))];
    const affected = await this.vulnerabilities.findAffected(row.id, { only, limit: only.length, at });
    const byPackage = new Map(affected.map((entry) => [entry.packageId, entry]));
    const page = keys.page(holdings, {
      limit,
      keyOf: ({ imageId }) => imageId,
      toItem: ({ image, held }) => ({
        image,
        packages: held.flatMap(({ packageId, layer }) => {
          const entry = byPackage.get(packageId);
          return entry === undefined ? [] : [{ ...toAffected(entry), layer }];
        }),
      }),
    });
    return { ...page, ...(at !== undefined && (await this.asOf(at, ['image', 'packages.layer']))) };
  }

  private async asOf(at: Date, ofNow: readonly string[]): Promise<Pick<Vulnerability, 'asOf'>> {
    const notKept = await notKeptAt(this.database, at);
    return { asOf: { at: at.toISOString(), ofNow: [...ofNow], notKept: [...notKept] } };
  }

  private async listBySeverity({ limit, cursor, sort, ...filters }: VulnerabilityListQuery) {
    const filter = toFilter(filters);
    const keys = keyset({ key: SeverityKeySchema, query: { list: 'vulnerabilities', sort, ...filter } });
    const rows = await this.vulnerabilities.findBySeverity(filter, { after: keys.after(cursor), limit });
    const describe = await this.describer(rows);
    return keys.page(rows, { limit, keyOf: (row) => [row.rank, row.id], toItem: describe });
  }

  private async listByPublication({ limit, cursor, sort, ...filters }: VulnerabilityListQuery) {
    const filter = toFilter(filters);
    const keys = keyset({ key: PublishedKeySchema, query: { list: 'vulnerabilities', sort, ...filter } });
    const rows = await this.vulnerabilities.findByPublication(filter, { after: keys.after(cursor), limit });
    const describe = await this.describer(rows);
    return keys.page(rows, { limit, keyOf: (row) => [row.published ?? '', row.id], toItem: describe });
  }

  private async listByEpss({ limit, cursor, sort, ...filters }: VulnerabilityListQuery) {
    const filter = toFilter(filters);
    const keys = keyset({ key: EpssKeySchema, query: { list: 'vulnerabilities', sort, ...filter } });
    const rows = await this.vulnerabilities.findByEpss(filter, { after: keys.after(cursor), limit });
    const describe = await this.describer(rows);
    return keys.page(rows, { limit, keyOf: (row) => [row.epss ?? -1, row.id], toItem: describe });
  }

  private async listByReach({ limit, cursor, sort, ...filters }: VulnerabilityListQuery) {
    const filter = toFilter(filters);
    const keys = keyset({ key: ReachKeySchema, query: { list: 'vulnerabilities', sort, ...filter } });
    const after = keys.after(cursor);
    const [ids, images] = await Promise.all([this.vulnerabilities.findIds(filter), this.ranking.images()]);
    const ranked = ids
      .map((id): ReachKey => [images.get(id) ?? 0, id])
      .filter((key) => after === undefined || byReach(key, after) > 0)
      .sort(byReach)
      .slice(0, limit + 1);
    const rows = await this.vulnerabilities.findByIds(ranked.map(([, id]) => id));
    const describe = await this.describer(rows);
    return keys.page(rows, { limit, keyOf: (row) => [images.get(row.id) ?? 0, row.id], toItem: describe });
  }

  private async describer(
    rows: readonly VulnerabilityRow[],
  ): Promise<(row: VulnerabilityRow) => VulnerabilityListItem> {
    const reach = await this.vulnerabilities.countReach(rows.map((row) => row.id));
    return (row) => toItem(row, reach.get(row.id));
  }

  private async require(id: string, at: Date | undefined): Promise<VulnerabilityRow> {
    const rows = await this.vulnerabilities.findByAnyId(id, at);
    const [row] = rows;
    if (row === undefined) throw new UserError('vulnerability-not-found', `no advisory here speaks of ${id}`);
    if (rows.length === 1) return row;
    const names = rows.slice(0, shownIds).map((candidate) => candidate.name);
    const more = rows.length > shownIds ? ' and more' : '';
    throw new UserError('vulnerability-ambiguous', `${id} speaks of several; ask for one: ${names.join(', ')}${more}`);
  }
}

function toFilter({
  q,
  severity,
  exploited,
  all,
}: Omit<VulnerabilityListQuery, 'limit' | 'sort'>): VulnerabilityFilter {
  return { q, severity, exploited, all };
}

/** Most images first, then the newest. */
function byReach([aImages, aId]: ReachKey, [bImages, bId]: ReachKey): number {
  return bImages - aImages || bId - aId;
}

function toItem(row: VulnerabilityRow, reach: Reach | undefined): VulnerabilityListItem {
  return {
    id: row.name,
    aliases: [...row.aliases],
    summary: row.summary,
    severity: Severity.parse(row.severity),
    score: row.score,
    published: row.published,
    epss: row.epss,
    exploitedSince: row.exploitedSince,
    ransomware: row.ransomware,
    packages: reach?.packages ?? 0,
    images: reach?.images ?? 0,
  };
}

function toRecord(record: KnownRecord): Vulnerability['advisories'][number] {
  return {
    feed: record.feed,
    id: record.id,
    modified: record.modified,
    knownFrom: record.knownFrom?.toISOString() ?? null,
    knownUntil: record.knownUntil?.toISOString() ?? null,
    summary: record.summary,
    withdrawn: record.withdrawn,
    references: [...record.references],
    severities: [...record.severities],
    affected: [...record.affected],
  };
}

function toAffected(row: AffectedRow) {
  return {
    ecosystem: row.ecosystem,
    name: row.name,
    version: row.version,
    purl: row.purl,
    verdict: Finding.shape.verdict.parse(row.verdict),
    ...(row.reason === null ? {} : { reason: row.reason }),
    severity: Severity.parse(row.severity),
    ...(row.fixedIn === null ? {} : { fixedIn: row.fixedIn }),
    ...(row.fixState === null ? {} : { fixState: FixState.parse(row.fixState) }),
    ...(row.fixChannel === null ? {} : { fixChannel: row.fixChannel }),
  };
}
