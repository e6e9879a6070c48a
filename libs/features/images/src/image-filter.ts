import type { Severity } from '@tidewaiter/contracts';
import { Prisma } from '@tidewaiter/db';
import { wasThere, wasWatched } from '@tidewaiter/features/matches';
import { containing, startingWith } from './sql-fragments';

export interface ImageFilter {
  /** Its id and not its name: how many images it has is then known to who plans the query. */
  readonly registryId: number | undefined;
  readonly repository: string | undefined;
  readonly severity: Severity | undefined;
  readonly q: string | undefined;
}

const isThere = Prisma.sql`m.deleted_at IS NULL AND g.removed_at IS NULL`;
const joined = Prisma.sql`
  manifest_image mi JOIN manifest m ON m.id = mi.manifest_id
  JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id`;

/**
 * SQL: true for an image `i` that some configured registry still has and that is asked for, but for its severity (`ofSeverity`).
 * For images that are looked at one by one, in the order of a list: with OFFSET 0 each condition is looked up for the image, where the
 * planner might put together all images of which it is true.
 */
export function matchesAlone(filter: ImageFilter): Prisma.Sql {
  const { severity, q } = filter;
  const place = placeOf(filter);
  const tagged = Prisma.sql`
    SELECT FROM tag t WHERE t.manifest_id = m.id AND t.deleted_at IS NULL AND t.name ILIKE ${containing(q ?? '')} OFFSET 0`;
  const named = Prisma.sql`
    ${hasText(q ?? '')} OR EXISTS (${placesOfImage([...place, Prisma.sql`(r.name ILIKE ${containing(q ?? '')} OR EXISTS (${tagged}))`])})`;
  return allOf([
    Prisma.sql`EXISTS (${placesOfImage(place)})`,
    ...(q === undefined ? [] : [named]),
    ...(severity === undefined
      ? []
      : [Prisma.sql`EXISTS (${partsOfSeverity(severity)} AND ip.image_id = i.id OFFSET 0)`]),
  ]);
}

/**
 * SQL: the same for finding all images that it is true of: the planner begins with the condition that is true of the fewest. That some
 * registry has it is true of nearly every image: `isPresentAlone` is said of each.
 */
export function matchesAmongAll(filter: ImageFilter): Prisma.Sql {
  const { registryId, repository, severity, q } = filter;
  const place = placeOf(filter);
  return allOf([
    Prisma.sql`true`,
    ...(registryId === undefined && repository === undefined
      ? []
      : [Prisma.sql`EXISTS (${places([Prisma.sql`mi.image_id = i.id`, ...place])})`]),
    ...(q === undefined ? [] : [Prisma.sql`i.id IN (${named(place, q)})`]),
    ...(severity === undefined ? [] : [Prisma.sql`EXISTS (${partsOfSeverity(severity)} AND ip.image_id = i.id)`]),
  ]);
}

/** SQL: true for an image that some configured registry still has; `i` is the image. */
export const isPresent = Prisma.sql`EXISTS (${places([Prisma.sql`mi.image_id = i.id`, isThere])})`;

/** SQL: the same for images that are looked at one by one. */
export const isPresentAlone = Prisma.sql`EXISTS (${placesOfImage([isThere])})`;

/** SQL: true for an image that some registry that was watched had at a moment. */
export function wasPresent(at: Date): Prisma.Sql {
  return Prisma.sql`EXISTS (
    SELECT FROM ${joined} WHERE mi.image_id = i.id AND i.first_seen_at <= ${at} AND ${wasThere(at)} AND ${wasWatched(at)})`;
}

/** SQL: true for an image that has something of the severity asked for; `s` are its counts. */
export function ofSeverity({ severity }: ImageFilter): Prisma.Sql {
  return severity === undefined ? Prisma.sql`true` : Prisma.sql`s.${column[severity]} > 0`;
}

function allOf(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return Prisma.join(
    conditions.map((condition) => Prisma.sql`(${condition})`),
    ' AND ',
  );
}

function placeOf({ registryId, repository }: ImageFilter): readonly Prisma.Sql[] {
  return [
    isThere,
    ...(registryId === undefined ? [] : [Prisma.sql`r.registry_id = ${registryId}::int`]),
    ...(repository === undefined ? [] : [Prisma.sql`r.name = ${repository}`]),
  ];
}

function places(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`SELECT FROM ${joined} WHERE ${Prisma.join([...conditions], ' AND ')}`;
}

/** The same, from the image to each row that it leads to. */
function placesOfImage(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`
    SELECT FROM manifest_image mi
      CROSS JOIN LATERAL (SELECT * FROM manifest WHERE id = mi.manifest_id OFFSET 0) m
      CROSS JOIN LATERAL (SELECT * FROM repository WHERE id = m.repository_id OFFSET 0) r
      CROSS JOIN LATERAL (SELECT * FROM registry WHERE id = r.registry_id OFFSET 0) g
     WHERE mi.image_id = i.id AND ${Prisma.join([...conditions], ' AND ')} OFFSET 0`;
}

function hasText(q: string): Prisma.Sql {
  return Prisma.sql`i.digest LIKE ${startingWith(q)} OR i.os_pretty_name ILIKE ${containing(q)}`;
}

/** Ids of images by what they are called; each kind of name is looked for by itself. */
function named(place: readonly Prisma.Sql[], q: string): Prisma.Sql {
  const there = Prisma.join([...place], ' AND ');
  return Prisma.sql`
    SELECT i.id FROM image i WHERE ${hasText(q)}
    UNION ALL
    SELECT mi.image_id FROM ${joined} WHERE ${there} AND r.name ILIKE ${containing(q)}
    UNION ALL
    SELECT mi.image_id FROM ${joined} JOIN tag t ON t.manifest_id = m.id
     WHERE ${there} AND t.deleted_at IS NULL AND t.name ILIKE ${containing(q)}`;
}

/** What makes an image one that may be of the severity: what is suppressed in it, or is there twice, is not left out. */
function partsOfSeverity(severity: Severity): Prisma.Sql {
  return Prisma.sql`
    SELECT FROM image_part ip JOIN part_summary p ON p.part_id = ip.part_id WHERE p.${column[severity]} > 0`;
}

const column: Readonly<Record<Severity, Prisma.Sql>> = {
  critical: Prisma.sql`critical`,
  high: Prisma.sql`high`,
  medium: Prisma.sql`medium`,
  low: Prisma.sql`low`,
  negligible: Prisma.sql`negligible`,
  unknown: Prisma.sql`unknown`,
};
