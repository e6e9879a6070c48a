import { Inject, Injectable } from '@nestjs/common';
import type { Severity } from '@tidewaiter/contracts';
import { Prisma, type Database } from '@tidewaiter/db';
import { countsOfAll, countsOfEach } from '@tidewaiter/features/matches';
import { DATABASE } from '@tidewaiter/server';
import type { ImageLocation } from './images.schema';
import { containing, startingWith } from './sql-fragments';

export interface ImageFilter {
  readonly registry: string | undefined;
  readonly repository: string | undefined;
  readonly severity: Severity | undefined;
  readonly q: string | undefined;
}

/** critical, high, medium, low, image id. */
export type RiskKey = [number, number, number, number, number];

/** When it was scanned, image id. */
export type ScannedKey = [string, number];

export interface ImageRow {
  readonly id: number;
  readonly digest: string;
  readonly platform: string | null;
  readonly state: string;
  readonly osId: string | null;
  readonly osVersionId: string | null;
  readonly osPrettyName: string | null;
  readonly scannedAt: Date;
  readonly packages: number | null;
  readonly critical: number | null;
  readonly high: number | null;
  readonly medium: number | null;
  readonly low: number | null;
  readonly negligible: number | null;
  readonly unknown: number | null;
  readonly undetermined: number | null;
  readonly fixable: number | null;
  readonly suppressed: number | null;
}

/** A page of rows and one more, which tells whether there is a next page. */
interface PageOf<K> {
  readonly after: K | undefined;
  readonly limit: number;
}

@Injectable()
export class ImagesRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  findByScanTime(filter: ImageFilter, { after, limit }: PageOf<ScannedKey>): Promise<readonly ImageRow[]> {
    const start =
      after === undefined
        ? Prisma.empty
        : Prisma.sql`AND (i.scanned_at, i.id) < (${new Date(after[0])}::timestamptz, ${after[1]}::int)`;
    return this.database.$queryRaw<ImageRow[]>`
      SELECT ${imageColumns} FROM image i ${countsOfEach}
       WHERE ${matching(filter)} AND ${ofSeverity(filter)} AND ${mayBeOfSeverity(filter)} ${start}
       ORDER BY i.scanned_at DESC, i.id DESC LIMIT ${limit + 1}`;
  }

  /** Images that are not counted yet come last: nobody knows their risk. */
  findByRisk(filter: ImageFilter, { after, limit }: PageOf<RiskKey>): Promise<readonly ImageRow[]> {
    const start =
      after === undefined
        ? Prisma.empty
        : Prisma.sql`AND (${risk}, i.id) < (${Prisma.join(after.map((part) => Prisma.sql`${part}::int`))})`;
    const counts = filter.repository === undefined && filter.q === undefined ? countsOfAll : countsOfEach;
    // What does not decide about the order is added up for the page only.
    return this.database.$queryRaw<ImageRow[]>`
      WITH page AS MATERIALIZED (
        SELECT i.id FROM image i ${counts}
         WHERE ${matching(filter)} AND ${ofSeverity(filter)} ${start}
         ORDER BY ${riskDescending}, i.id DESC LIMIT ${limit + 1})
      SELECT ${imageColumns} FROM page JOIN image i ON i.id = page.id ${countsOfEach}
       ORDER BY ${riskDescending}, i.id DESC`;
  }

  findByIds(ids: readonly number[]): Promise<readonly ImageRow[]> {
    return this.database.$queryRaw<ImageRow[]>`
      SELECT ${imageColumns} FROM image i ${countsOfEach}
       WHERE i.id = ANY(${[...ids]}::int[]) ORDER BY i.id`;
  }

  /** Where each of these images is found, by image id. */
  async findLocations(imageIds: readonly number[]): Promise<ReadonlyMap<number, ImageLocation[]>> {
    const rows = await this.database.$queryRaw<(ImageLocation & { imageId: number })[]>`
      SELECT mi.image_id AS "imageId", ${locationColumns}
        FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id ${locationJoins}
       WHERE mi.image_id = ANY(${[...imageIds]}::int[]) AND m.deleted_at IS NULL AND g.removed_at IS NULL
       GROUP BY mi.image_id, g.name, r.name ORDER BY mi.image_id, g.name, r.name`;
    const locations = new Map<number, ImageLocation[]>();
    for (const { imageId, ...location } of rows) {
      locations.set(imageId, [...(locations.get(imageId) ?? []), location]);
    }
    return locations;
  }

  findManifestLocations(digest: string): Promise<ImageLocation[]> {
    return this.database.$queryRaw<ImageLocation[]>`
      SELECT ${locationColumns} FROM manifest m ${locationJoins}
       WHERE m.digest = ${digest} AND m.deleted_at IS NULL AND g.removed_at IS NULL
       GROUP BY g.name, r.name ORDER BY g.name, r.name`;
  }

  findImage(digest: string) {
    return this.database.image.findUnique({ where: { digest } });
  }

  /** The manifests with this digest, one a repository, newest first, each with its images and its latest scan. */
  findManifests(digest: string) {
    return this.database.manifest.findMany({
      where: { digest },
      orderBy: { id: 'desc' },
      take: 100,
      include: {
        images: { select: { imageId: true } },
        scans: { orderBy: { requestedAt: 'desc' }, take: 1, select: { id: true, state: true, errorCode: true } },
      },
    });
  }

  /** How many packages each layer of an image brings, and how many of all wait for their first verdict. */
  async countPackages(imageId: number): Promise<{ byLayer: ReadonlyMap<number, number>; unjudged: number }> {
    const layers = await this.database.$queryRaw<{ layer: number; packages: number }[]>`
      SELECT ip.layer_index AS layer, sum(cardinality(p.package_ids))::int AS packages
        FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
       WHERE ip.image_id = ${imageId} GROUP BY ip.layer_index`;
    const [count] = await this.database.$queryRaw<{ unjudged: number }[]>`
      SELECT count(*)::int AS unjudged
        FROM (SELECT DISTINCT unnest(p.package_ids) AS id
                FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id WHERE ip.image_id = ${imageId}) k
        JOIN package ON package.id = k.id
       WHERE package.judged_at IS NULL`;
    return { byLayer: new Map(layers.map((row) => [row.layer, row.packages])), unjudged: count?.unjudged ?? 0 };
  }
}

/** SQL: true for an image that some configured registry still has; `i` is the image. */
export const isPresent = Prisma.sql`EXISTS (
  SELECT 1 FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id
    JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
   WHERE mi.image_id = i.id AND m.deleted_at IS NULL AND g.removed_at IS NULL)`;

/** SQL: true for an image that some registry had at a moment. */
export function wasPresent(at: Date): Prisma.Sql {
  return Prisma.sql`EXISTS (
    SELECT 1 FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id
      JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
     WHERE mi.image_id = i.id AND m.first_seen_at <= ${at} AND i.first_seen_at <= ${at}
       AND (m.deleted_at IS NULL OR m.deleted_at > ${at}) AND (g.removed_at IS NULL OR g.removed_at > ${at}))`;
}

const imageColumns = Prisma.sql`
  i.id, i.digest, i.platform, i.state, i.os_id AS "osId", i.os_version_id AS "osVersionId",
  i.os_pretty_name AS "osPrettyName", i.scanned_at AS "scannedAt", s.packages, s.critical, s.high, s.medium, s.low,
  s.negligible, s.unknown, s.undetermined, s.fixable, s.suppressed`;

const risk = Prisma.sql`coalesce(s.critical, -1), coalesce(s.high, -1), coalesce(s.medium, -1), coalesce(s.low, -1)`;
const riskDescending = Prisma.sql`
  coalesce(s.critical, -1) DESC, coalesce(s.high, -1) DESC, coalesce(s.medium, -1) DESC, coalesce(s.low, -1) DESC`;

const locationColumns = Prisma.sql`
  g.name AS registry, r.name AS repository, count(t.id)::int AS "tagCount",
  coalesce((array_agg(t.name ORDER BY t.name) FILTER (WHERE t.id IS NOT NULL))[1:50], '{}') AS tags,
  to_char(max(m.attachments_asked_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "attachmentsAskedAt"`;
const locationJoins = Prisma.sql`
  JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
  LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NULL`;

function matching({ registry, repository, q }: ImageFilter): Prisma.Sql {
  const place = [
    Prisma.sql`mi.image_id = i.id AND m.deleted_at IS NULL AND g.removed_at IS NULL`,
    ...(registry === undefined ? [] : [Prisma.sql`g.name = ${registry}`]),
    ...(repository === undefined ? [] : [Prisma.sql`r.name = ${repository}`]),
  ];
  const named =
    q === undefined
      ? Prisma.sql`true`
      : Prisma.sql`(i.digest LIKE ${startingWith(q)} OR i.os_pretty_name ILIKE ${containing(q)} OR EXISTS (${found(place, q)}))`;
  const present = Prisma.sql`EXISTS (${places(place)})`;
  return Prisma.join([present, named], ' AND ');
}

function ofSeverity({ severity }: ImageFilter): Prisma.Sql {
  return severity === undefined ? Prisma.sql`true` : Prisma.sql`s.${column[severity]} > 0`;
}

/** True of more than those of the severity, but found by parts: where it is rare, few images are counted in search of it. */
function mayBeOfSeverity({ severity }: ImageFilter): Prisma.Sql {
  if (severity === undefined) return Prisma.sql`true`;
  return Prisma.sql`EXISTS (
    SELECT FROM image_part ip JOIN part_summary p ON p.part_id = ip.part_id
     WHERE ip.image_id = i.id AND p.${column[severity]} > 0)`;
}

function places(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`
    SELECT 1 FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id
      JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
     WHERE ${Prisma.join([...conditions], ' AND ')}`;
}

function found(place: readonly Prisma.Sql[], q: string): Prisma.Sql {
  const tagged = Prisma.sql`
    SELECT 1 FROM tag t WHERE t.manifest_id = m.id AND t.deleted_at IS NULL AND t.name ILIKE ${containing(q)}`;
  return places([...place, Prisma.sql`(r.name ILIKE ${containing(q)} OR EXISTS (${tagged}))`]);
}

const column: Readonly<Record<Severity, Prisma.Sql>> = {
  critical: Prisma.sql`critical`,
  high: Prisma.sql`high`,
  medium: Prisma.sql`medium`,
  low: Prisma.sql`low`,
  negligible: Prisma.sql`negligible`,
  unknown: Prisma.sql`unknown`,
};
