import type { VexStatement } from '@tidewaiter/contracts';
import { jsonbText, Prisma, type Transaction } from '@tidewaiter/db';

/** Rows a statement carries: bounds the size of one parameter. */
const chunkSize = 2_000;

/** Where statements were read: in a configured source, or in a document attached to an image. */
type StatedIn = { readonly feedId: string } | { readonly attachedVexId: number };

/**
 * Puts these statements into the place of what was stated there before. One that is made as it was before stays, since when it
 * is known; one that is made no longer is kept as known until now. Returns how many came and went.
 */
export async function replaceStatements(
  tx: Transaction,
  statements: readonly VexStatement[],
  statedIn: StatedIn,
): Promise<number> {
  await loadStatements(tx, statements);
  const place = placeOf(statedIn);
  const gone = await endStatements(
    tx,
    Prisma.sql`${place} AND NOT EXISTS (SELECT FROM said_statement n WHERE ${contentOf('n')} = ${contentOf('s')})`,
  );
  const feedId = 'feedId' in statedIn ? statedIn.feedId : null;
  const attachedVexId = 'attachedVexId' in statedIn ? statedIn.attachedVexId : null;
  const come = await tx.$executeRaw`
    INSERT INTO vex_statement (feed_id, attached_vex_id, ${said()})
    SELECT DISTINCT ON (${contentOf('n')}) ${feedId}, ${attachedVexId}::int, ${said('n')} FROM said_statement n
     WHERE NOT EXISTS (SELECT FROM vex_statement s WHERE ${place} AND ${contentOf('s')} = ${contentOf('n')})`;
  return gone + come;
}

/** Ends everything that was stated in these places. Returns how many statements. */
export function forgetStatements(
  tx: Transaction,
  places: { readonly feedIds: readonly string[] } | { readonly attachedVexIds: readonly number[] },
): Promise<number> {
  const condition =
    'feedIds' in places
      ? Prisma.sql`s.feed_id = ANY(${[...places.feedIds]}::text[])`
      : Prisma.sql`s.attached_vex_id = ANY(${[...places.attachedVexIds]}::int[])`;
  return endStatements(tx, condition);
}

/** To be called before the documents attached in a repository are believed, or no longer are: until now they were as they are. */
export async function keepBelief(
  tx: Transaction,
  { repositoryId, isBelieved }: { readonly repositoryId: number; readonly isBelieved: boolean },
): Promise<void> {
  const concerned = Prisma.sql`
    SELECT id FROM attached_vex WHERE repository_id = ${repositoryId} AND is_believed = ${isBelieved}`;
  await tx.$executeRaw`${keep(Prisma.sql`SELECT * FROM vex_statement WHERE attached_vex_id IN (${concerned})`)}`;
  await tx.$executeRaw`UPDATE vex_statement SET known_from = now() WHERE attached_vex_id IN (${concerned})`;
}

/** Where a statement was read, in words: in source `f`, or in a document `a` attached in repository `r`. */
export const statedWhere = Prisma.sql`coalesce(f.source, r.name || '@' || a.digest)`;

const saidColumns = [
  ...['document', 'author', 'timestamp', 'vulnerabilities', 'status', 'justification', 'statement', 'products'],
];

/** Columns of what a statement says. */
function said(alias?: 'n' | 's'): Prisma.Sql {
  return Prisma.raw(saidColumns.map((column) => (alias === undefined ? column : `${alias}.${column}`)).join(', '));
}

/** What is compared of two statements, in a form that can be hashed. */
function contentOf(alias: 'n' | 's'): Prisma.Sql {
  return Prisma.sql`md5(jsonb_build_array(${said(alias)})::text)`;
}

function placeOf(statedIn: StatedIn): Prisma.Sql {
  return 'feedId' in statedIn
    ? Prisma.sql`s.feed_id = ${statedIn.feedId}`
    : Prisma.sql`s.attached_vex_id = ${statedIn.attachedVexId}::int`;
}

async function loadStatements(tx: Transaction, statements: readonly VexStatement[]): Promise<void> {
  await tx.$executeRaw`
    CREATE TEMPORARY TABLE IF NOT EXISTS said_statement (document text, author text, timestamp text, vulnerabilities text[],
           status text, justification text, statement text, products jsonb) ON COMMIT DROP`;
  await tx.$executeRaw`DELETE FROM said_statement`;
  for (let start = 0; start < statements.length; start += chunkSize) {
    const rows = statements.slice(start, start + chunkSize).map((statement) => ({
      ...statement,
      vulnerabilities: statement.vulnerabilities.map((name) => name.toUpperCase()),
    }));
    await tx.$executeRaw`
      INSERT INTO said_statement (${said()})
      SELECT ${said('n')}
        FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS n(document text, author text, timestamp text,
             vulnerabilities text[], status text, justification text, statement text, products jsonb)`;
  }
  await tx.$executeRaw`ANALYZE said_statement`;
}

function endStatements(tx: Transaction, condition: Prisma.Sql): Promise<number> {
  return tx.$executeRaw`
    WITH gone AS (DELETE FROM vex_statement s WHERE ${condition} RETURNING s.*) ${keep(Prisma.sql`SELECT * FROM gone`)}`;
}

/** Keeps statements as known until now, with where they were read: what that was called may be gone tomorrow. */
function keep(statements: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO past_vex_statement (id, known_from, known_until, source, repository_id, subject_digest, is_believed, ${said()})
    SELECT s.id, s.known_from, now(), ${statedWhere}, a.repository_id, a.subject_digest, coalesce(a.is_believed, true),
           ${said('s')}
      FROM (${statements}) s
      LEFT JOIN feed f ON f.id = s.feed_id
      LEFT JOIN attached_vex a ON a.id = s.attached_vex_id
      LEFT JOIN repository r ON r.id = a.repository_id
    ON CONFLICT DO NOTHING`;
}
