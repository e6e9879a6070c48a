import { Prisma, type Database } from '@tidewaiter/db';

/** What was known of vulnerabilities beside their records at a moment: parts of a query with a vulnerability `v`. */
interface KnownThreats {
  /** Behind the FROM clause. */
  readonly join: Prisma.Sql;
  /** Highest probability of an attack of its names; null: none was known. */
  readonly epss: Prisma.Sql;
  readonly exploitedSince: Prisma.Sql;
  readonly ransomware: Prisma.Sql;
}

/** Scores are told to within a hundredth; the names of a vulnerability are those it has now. */
export function knownThreats(at: Date): KnownThreats {
  const wasScored = Prisma.sql`
    ((SELECT min(read_at) FROM epss_release) <= ${at}
     AND NOT EXISTS (SELECT FROM kept_since WHERE subject = 'epss' AND since > ${at}))`;
  // Of an entry that was there before its past was kept it is known when it was added to the catalogue.
  const wasKnown = Prisma.sql`
    (known_from <= ${at} OR known_from IS NULL AND added_on <= ${at.toISOString().slice(0, 10)})`;
  const join = Prisma.sql`
    CROSS JOIN LATERAL (
      SELECT CASE WHEN ${wasScored} THEN max(CASE WHEN past.vulnerability IS NULL THEN e.kept ELSE past.probability END) END AS epss,
             min(k.added_on) AS exploited_since, coalesce(bool_or(k.ransomware), false) AS ransomware
        FROM unnest(array_append(v.aliases, v.name)) n(name)
        LEFT JOIN epss_score e ON e.vulnerability = n.name
        LEFT JOIN LATERAL (
          SELECT p.vulnerability, p.probability FROM past_epss_score p
           WHERE p.vulnerability = n.name AND p.known_until > ${at} ORDER BY p.known_until LIMIT 1) past ON true
        LEFT JOIN LATERAL (
          SELECT added_on, ransomware FROM known_exploited WHERE vulnerability = n.name AND ${wasKnown}
          UNION ALL
          SELECT added_on, ransomware FROM past_known_exploited
           WHERE vulnerability = n.name AND ${wasKnown} AND known_until > ${at}) k ON true) threat`;
  return {
    join,
    epss: Prisma.sql`threat.epss`,
    exploitedSince: Prisma.sql`threat.exploited_since`,
    ransomware: Prisma.sql`threat.ransomware`,
  };
}

/** What of an answer about the past is left empty, as it was not kept yet at the moment. */
export type NotKept = 'epss' | 'suppression';

/** In the order of the alphabet. */
export async function notKeptAt(database: Database, at: Date): Promise<readonly NotKept[]> {
  const rows = await database.keptSince.findMany({ where: { subject: { in: ['epss', 'vex'] }, since: { gt: at } } });
  const subjects = new Set(rows.map(({ subject }) => subject));
  return [
    ...(subjects.has('epss') ? (['epss'] as const) : []),
    ...(subjects.has('vex') ? (['suppression'] as const) : []),
  ];
}
