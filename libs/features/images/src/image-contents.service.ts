import { Inject, Injectable } from '@nestjs/common';
import { Evidence, Finding, type LayerRef } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import {
  asDescribed,
  askedMoment,
  findingFields,
  findRecords,
  notKeptAt,
  rankColumns,
  whatIsSaidOf,
  type KnownRecord,
} from '@tidewaiter/features/matches';
import { DATABASE, keyset } from '@tidewaiter/server';
import { z } from 'zod';
import {
  ImageContentsRepository,
  type FindingFilter,
  type FindingKey,
  type FindingRow,
  type ImagePackageKey,
  type ImagePackageRow,
  type OccurrenceRow,
} from './image-contents.repository';
import type {
  FindingListQuery,
  FindingPage,
  FindingSort,
  ImageFinding,
  ImagePackage,
  ImagePackageListQuery,
  ImagePackagePage,
} from './images.schema';
import { ImagesService } from './images.service';

const FindingKeySchema: z.ZodType<FindingKey> = z.tuple([z.number(), z.string().regex(/^\d{1,18}$/)]);
const PackageKeySchema: z.ZodType<ImagePackageKey> = z.tuple([z.string(), z.int32(), z.int32(), z.int32()]);
const StoredLocations = z.array(z.string()).nullable();

/** What is in one image and what is wrong with it. */
@Injectable()
export class ImageContentsService {
  constructor(
    private readonly images: ImagesService,
    private readonly contents: ImageContentsRepository,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  async listFindings(digest: string, { limit, cursor, ...query }: FindingListQuery): Promise<FindingPage> {
    const keys = keyset({ key: FindingKeySchema, query: { list: 'image-findings', digest, ...query } });
    const after = keys.after(cursor);
    const at = await askedMoment(this.database, query.at);
    const { id, layers } = await this.images.requireImage(digest, at);
    const { severity, verdict, fixable, exploited, layer, sort } = query;
    const filter = { severity, verdict, fixable, exploited, layer, at };
    const rows =
      at === undefined
        ? await this.contents.findFindings(id, { filter, sort }, { after, limit })
        : await this.findThen(id, { filter, sort }, { after, limit });
    const packageIds = [...new Set(rows.map((row) => row.packageId))];
    const occurrences = Map.groupBy(await this.contents.findOccurrences(id, packageIds), (row) => row.packageId);
    const notKept = at === undefined ? [] : await notKeptAt(this.database, at);
    const said = notKept.includes('suppression') ? () => ({}) : await whatIsSaidOf(this.database, id, rows, at);
    const known = at === undefined ? () => ({}) : await this.whatWasKnownOf(rows, at);
    const page = keys.page(rows, {
      limit,
      keyOf: (row) => [row.rank, row.matchId.toString()],
      toItem: (row) => {
        const finding = toFinding(row, occurrences.get(row.packageId) ?? [], layers);
        return { ...finding, ...said(finding), ...known(row) };
      },
    });
    return {
      ...page,
      ...(at !== undefined && { asOf: { at: at.toISOString(), ofNow: [...ofNow], notKept: [...notKept] } }),
    };
  }

  /** With the risk of then, which no row has: it follows from the others. Sorted by it, all are looked at. */
  private async findThen(
    id: number,
    { filter, sort }: { readonly filter: FindingFilter; readonly sort: FindingSort },
    { after, limit }: { readonly after: FindingKey | undefined; readonly limit: number },
  ): Promise<readonly FindingRow[]> {
    if (sort !== 'risk') {
      const rows = await this.contents.findFindings(id, { filter, sort }, { after, limit });
      return rows.map((row) => ({ ...row, risk: riskThen(row) }));
    }
    const all = await this.contents.findFindings(id, { filter, sort }, {});
    return all
      .map((row) => ({ ...row, risk: riskThen(row), rank: -riskThen(row) }))
      .filter((row) => after === undefined || byRank(row, { rank: after[0], matchId: BigInt(after[1]) }) > 0)
      .sort(byRank)
      .slice(0, limit + 1);
  }

  /** What the advisories said then: text, and which form of the deciding one it was. */
  private async whatWasKnownOf(rows: readonly FindingRow[], at: Date): Promise<(row: FindingRow) => object> {
    const ids = [...new Set(rows.map((row) => row.vulnerabilityId))];
    const records = await findRecords(this.database, ids, { at });
    return ({ vulnerabilityId, advisoryId }) => {
      const known = records.get(vulnerabilityId) ?? [];
      const deciding = known.find((record) => record.advisoryId === advisoryId);
      const summary = asDescribed(known).summary ?? undefined;
      return { summary, ...(deciding === undefined ? {} : { revision: toRevision(deciding) }) };
    };
  }

  async listPackages(digest: string, { limit, cursor, q }: ImagePackageListQuery): Promise<ImagePackagePage> {
    const keys = keyset({ key: PackageKeySchema, query: { list: 'image-packages', digest, q } });
    const after = keys.after(cursor);
    const { id, layers } = await this.images.requireImage(digest);
    const rows = await this.contents.findPackages(id, q, { after, limit });
    return keys.page(rows, {
      limit,
      keyOf: (row) => [row.name, row.packageId, row.layer, row.partId],
      toItem: (row) => toPackage(row, layers),
    });
  }
}

/** What of a finding of the past is as it is now: names are grouped, and an image is read, only once at a time. */
const ofNow = ['vulnerability.id', 'vulnerability.aliases', 'package', 'layer', 'layers', 'locations'] as const;

interface Ranked {
  readonly rank: number;
  readonly matchId: bigint;
}

function byRank(a: Ranked, b: Ranked): number {
  return a.rank - b.rank || Number(a.matchId - b.matchId);
}

function riskThen(row: FindingRow): number {
  const threat = { epss: row.epss ?? undefined, isKnownExploited: row.exploitedSince !== null };
  return rankColumns(findingFields(row), threat).risk;
}

function toFinding(row: FindingRow, found: readonly OccurrenceRow[], layers: readonly LayerRef[]): ImageFinding {
  const indexes = [...new Set(found.map((occurrence) => occurrence.layer))];
  return {
    ...findingFields(row),
    advisory: { feed: row.feed, id: row.advisory },
    also: Finding.shape.also.parse(row.also),
    ...(row.evidence === null ? {} : { evidence: Evidence.parse(row.evidence) }),
    layer: layers.find((layer) => layer.index === indexes[0]) ?? null,
    layers: indexes,
    locations: [...new Set(found.flatMap((occurrence) => StoredLocations.parse(occurrence.locations) ?? []))],
    risk: row.risk,
    epss: row.epss,
    exploitedSince: row.exploitedSince,
    ...(row.closedAt === null ? {} : { closedAt: row.closedAt.toISOString() }),
  };
}

function toRevision({ modified, knownFrom, knownUntil }: KnownRecord) {
  return {
    modified,
    knownFrom: knownFrom?.toISOString() ?? null,
    knownUntil: knownUntil?.toISOString() ?? null,
  };
}

function toPackage(row: ImagePackageRow, layers: readonly LayerRef[]): ImagePackage {
  const layer = layers.find((candidate) => candidate.index === row.layer);
  return {
    ecosystem: row.ecosystem,
    name: row.name,
    version: row.version,
    ...(row.architecture === null ? {} : { architecture: row.architecture }),
    purl: row.purl,
    ...(row.sourceName === null ? {} : { source: { name: row.sourceName, version: row.sourceVersion ?? row.version } }),
    ...(row.module === null ? {} : { module: row.module }),
    ...(layer === undefined ? {} : { layer }),
    locations: StoredLocations.parse(row.locations) ?? [],
    findings: row.judged ? row.findings : null,
    ...(row.ownedBy === null ? {} : { ownedBy: row.ownedBy }),
  };
}
