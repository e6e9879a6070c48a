import { Prisma } from '@tidewaiter/db';

/** SQL: true for a manifest `m` that its repository had at a moment; one that was deleted and pushed again was not there in between. */
export function wasThere(at: Date): Prisma.Sql {
  return Prisma.sql`(
    m.first_seen_at <= ${at} AND (m.deleted_at IS NULL OR m.deleted_at > ${at})
    AND NOT EXISTS (SELECT FROM manifest_absence b WHERE b.manifest_id = m.id AND b."from" <= ${at} AND b."until" > ${at}))`;
}
