import { Prisma } from '@tidewaiter/db';

/**
 * Matches as they stood at a moment, or as they stand: parts of a query in which `m` is a match. One that changed in place is
 * for the past what its first later change replaced; one whose state changed was closed and another one opened. What its
 * columns say of EPSS, exploitation and risk is of now: of a moment `knownThreats` has it.
 */
interface StandingMatches {
  /** For the WHERE or ON clause. */
  readonly condition: Prisma.Sql;
  /** Behind the FROM clause. */
  readonly join: Prisma.Sql;
  /** A column of the match that may have changed in place. */
  column(name: RevisedColumn): Prisma.Sql;
}

const revisedColumns = {
  advisory_id: Prisma.sql`advisory_id`,
  also: Prisma.sql`also`,
  reason: Prisma.sql`reason`,
  severity: Prisma.sql`severity`,
  severity_source: Prisma.sql`severity_source`,
  score: Prisma.sql`score`,
  fixed_in: Prisma.sql`fixed_in`,
  fix_state: Prisma.sql`fix_state`,
  fix_channel: Prisma.sql`fix_channel`,
  malicious: Prisma.sql`malicious`,
  headers_only: Prisma.sql`headers_only`,
  evidence: Prisma.sql`evidence`,
} as const;
type RevisedColumn = keyof typeof revisedColumns;

export function standingMatches(at: Date | undefined): StandingMatches {
  if (at === undefined) {
    return {
      condition: Prisma.sql`m.closed_at IS NULL`,
      join: Prisma.empty,
      column: (name) => Prisma.sql`m.${revisedColumns[name]}`,
    };
  }
  return {
    condition: Prisma.sql`(coalesce(m.stands_from, m.opened_at) <= ${at} AND (m.closed_at IS NULL OR m.closed_at > ${at}))`,
    join: Prisma.sql`
      LEFT JOIN LATERAL (
        SELECT r.* FROM match_revision r WHERE r.match_id = m.id AND r.known_until > ${at}
         ORDER BY r.known_until LIMIT 1) past ON true`,
    column: (name) => {
      const column = revisedColumns[name];
      return Prisma.sql`CASE WHEN past.match_id IS NULL THEN m.${column} ELSE past.${column} END`;
    },
  };
}
