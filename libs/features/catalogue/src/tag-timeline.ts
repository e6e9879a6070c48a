import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database } from '@tidewaiter/db';
import { UserError } from '@tidewaiter/kit';
import { DATABASE, keyset } from '@tidewaiter/server';
import { z } from 'zod';
import {
  TagObservationRecord,
  type TagDisagreement,
  type TagDisagreements,
  type TagTimelinePage,
  type TimelineQuery,
} from './catalogue.schema';

/** A tag that is back at a digest after less than this did not move: two replicas, or two who push, disagree. */
const disagreementMinutes = 15;
const maxDisagreements = 500;

interface ObservationRow {
  /** A bigint as text. */
  readonly id: string;
  readonly digest: string | null;
  readonly source: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly current: boolean;
  readonly disagrees: boolean;
}

/** What was seen of tags over time. */
@Injectable()
export class TagTimeline {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async read({ limit, cursor, registry, repository, tag }: TimelineQuery): Promise<TagTimelinePage> {
    const keys = keyset({
      key: z.string().regex(/^\d{1,19}$/),
      query: { list: 'tag-timeline', registry, repository, tag },
    });
    const after = keys.after(cursor);
    const older = after === undefined ? Prisma.empty : Prisma.sql`WHERE o.id < ${after}::bigint`;
    const rows = await this.database.$queryRaw<ObservationRow[]>`
      SELECT o.id::text, o.digest, o.source, o."firstSeenAt", o.disagrees, o.next IS NULL AS current,
             CASE WHEN o.next IS NULL THEN greatest(o."lastSeenAt", o."comparedAt") ELSE o."lastSeenAt" END AS "lastSeenAt"
        FROM (
          SELECT o.id, o.digest, o.source, o.first_seen_at AS "firstSeenAt", o.last_seen_at AS "lastSeenAt",
                 r.compared_at AS "comparedAt", lead(o.id) OVER same AS next, ${disagrees}
            FROM tag_observation o JOIN repository r ON r.id = o.repository_id JOIN registry g ON g.id = r.registry_id
           WHERE g.name = ${registry} AND r.name = ${repository} AND o.tag = ${tag}
          WINDOW same AS (PARTITION BY o.repository_id, o.tag ORDER BY o.id)) o
       ${older} ORDER BY o.id DESC LIMIT ${limit + 1}`;
    if (rows.length === 0 && after === undefined)
      throw new UserError('tag-not-seen-yet', `no tag ${repository}:${tag} of ${registry} was ever seen`);
    return keys.page(rows, { limit, keyOf: (row) => row.id, toItem: toObservation });
  }

  async disagreements(registry: string | undefined): Promise<TagDisagreements> {
    const named = registry === undefined ? Prisma.empty : Prisma.sql`AND g.name = ${registry}`;
    const rows = await this.database.$queryRaw<(Omit<TagDisagreement, 'lastSeenAt'> & { lastSeenAt: Date })[]>`
      SELECT registry, repository, tag, array_agg(DISTINCT digest ORDER BY digest) AS digests, max("firstSeenAt") AS "lastSeenAt"
        FROM (
          SELECT g.name AS registry, r.name AS repository, o.tag, o.digest, o.first_seen_at AS "firstSeenAt", ${disagrees}
            FROM tag_observation o JOIN repository r ON r.id = o.repository_id JOIN registry g ON g.id = r.registry_id
           WHERE o.first_seen_at > now() - interval '1 day' ${named}
          WINDOW same AS (PARTITION BY o.repository_id, o.tag ORDER BY o.id)) seen
       WHERE digest IS NOT NULL
       GROUP BY registry, repository, tag HAVING bool_or(disagrees)
       ORDER BY "lastSeenAt" DESC, registry, repository, tag LIMIT ${maxDisagreements}`;
    return { items: rows.map((row) => ({ ...row, lastSeenAt: row.lastSeenAt.toISOString() })) };
  }
}

/** It was at this digest before the one before, and left it only a moment ago. */
const disagrees = Prisma.sql`
  coalesce(o.digest = lag(o.digest, 2) OVER same
           AND o.first_seen_at - lag(o.first_seen_at, 1) OVER same < make_interval(mins => ${disagreementMinutes}), false)
  AS disagrees`;

function toObservation({ id: _id, source, firstSeenAt, lastSeenAt, ...row }: ObservationRow): TagObservationRecord {
  return {
    ...row,
    source: TagObservationRecord.shape.source.parse(source),
    firstSeenAt: firstSeenAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
  };
}
