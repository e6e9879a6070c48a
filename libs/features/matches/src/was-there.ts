import { Prisma } from '@tidewaiter/db';

/** SQL: true for a manifest `m` that its repository had at a moment; one that was deleted and pushed again was not there in between. */
export function wasThere(at: Date): Prisma.Sql {
  return Prisma.sql`(
    m.first_seen_at <= ${at} AND (m.deleted_at IS NULL OR m.deleted_at > ${at})
    AND NOT EXISTS (SELECT FROM manifest_absence b WHERE b.manifest_id = m.id AND b."from" <= ${at} AND b."until" > ${at}))`;
}

/** SQL: true for a registry `g` that was watched at a moment; one that was removed and is watched again was not in between. */
export function wasWatched(at: Date): Prisma.Sql {
  return Prisma.sql`(
    (g.removed_at IS NULL OR g.removed_at > ${at})
    AND NOT EXISTS (SELECT FROM registry_absence b WHERE b.registry_id = g.id AND b."from" <= ${at} AND b."until" > ${at}))`;
}
