import type { VexStatement } from '@tidewaiter/contracts';
import { jsonbText, type Transaction } from '@tidewaiter/db';

/** Rows a statement carries: bounds the size of one parameter. */
const chunkSize = 2_000;

/** Where statements were read: in a configured source, or in a document attached to an image. */
type StatedIn = { readonly feedId: string } | { readonly attachedVexId: number };

export async function writeStatements(
  tx: Transaction,
  statements: readonly VexStatement[],
  statedIn: StatedIn,
): Promise<void> {
  const feedId = 'feedId' in statedIn ? statedIn.feedId : null;
  const attachedVexId = 'attachedVexId' in statedIn ? statedIn.attachedVexId : null;
  for (let start = 0; start < statements.length; start += chunkSize) {
    const rows = statements.slice(start, start + chunkSize).map((statement) => ({
      ...statement,
      vulnerabilities: statement.vulnerabilities.map((name) => name.toUpperCase()),
    }));
    await tx.$executeRaw`
      INSERT INTO vex_statement (feed_id, attached_vex_id, document, author, timestamp, vulnerabilities, status,
             justification, statement, products)
      SELECT ${feedId}, ${attachedVexId}::int, r.document, r.author, r.timestamp, r.vulnerabilities, r.status,
             r.justification, r.statement, r.products
        FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r(document text, author text, timestamp text,
             vulnerabilities text[], status text, justification text, statement text, products jsonb)`;
  }
}
