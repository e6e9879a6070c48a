import { Prisma } from '@tidewaiter/db';

/**
 * Matches as they stood at a moment, or as they stand: parts of a query in which `m` is a match. Severity and fix change
 * in place, so for the past they are what the first later change found; a match whose state changed was closed and another
 * one opened. What is known of a vulnerability otherwise (score, EPSS, wording) is of now.
 */
export interface StandingMatches {
  /** For the WHERE or ON clause. */
  readonly condition: Prisma.Sql;
  /** Behind the FROM clause. */
  readonly join: Prisma.Sql;
  readonly severity: Prisma.Sql;
  readonly fixedIn: Prisma.Sql;
  readonly fixState: Prisma.Sql;
}

export function standingMatches(at: Date | undefined): StandingMatches {
  if (at === undefined) {
    return {
      condition: Prisma.sql`m.closed_at IS NULL`,
      join: Prisma.empty,
      severity: Prisma.sql`m.severity`,
      fixedIn: Prisma.sql`m.fixed_in`,
      fixState: Prisma.sql`m.fix_state`,
    };
  }
  return {
    condition: Prisma.sql`(m.opened_at <= ${at} AND (m.closed_at IS NULL OR m.closed_at > ${at}))`,
    join: Prisma.sql`
      LEFT JOIN LATERAL (
        SELECT t.detail->'before' AS before FROM transition t
         WHERE t.package_id = m.package_id AND t.vulnerability_id = m.vulnerability_id AND t.at > ${at}
           AND (m.closed_at IS NULL OR t.at < m.closed_at) AND t.kind IN ('severity-changed', 'fix-available')
         ORDER BY t.at, t.id LIMIT 1) past ON true`,
    severity: Prisma.sql`coalesce(past.before->>'severity', m.severity)`,
    fixedIn: Prisma.sql`CASE WHEN past.before IS NULL THEN m.fixed_in ELSE past.before->>'fixedIn' END`,
    // Only a fix that came later is told by transitions: before it there was none.
    fixState: Prisma.sql`CASE WHEN past.before->>'fixedIn' IS NULL AND past.before IS NOT NULL AND m.fixed_in IS NOT NULL
                             THEN 'not-fixed' ELSE m.fix_state END`,
  };
}
