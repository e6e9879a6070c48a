import pg from 'pg';

/**
 * The tags whose image was scanned more often than once, a line each, with what caused the scans. Here no tag ever comes back to
 * an image that it has left. A look at what is attached, for when the scan came at a time at which the registry could not be asked, is
 * one of its own, without a tag; of these there is at most one as well.
 */
export async function repeatedScans(databaseUrl: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ line: string }>(
      `SELECT r.name || ':' || coalesce(s.tag, '') || '@' || m.digest || ' '
              || string_agg(s.cause || ' ' || coalesce(d.event_id, '') || ' ' || s.requested_at::text, ', ' ORDER BY s.requested_at) AS line
         FROM scan s JOIN manifest m ON m.id = s.manifest_id JOIN repository r ON r.id = m.repository_id
              LEFT JOIN delivery d ON d.id = s.delivery_id
        WHERE s.state = 'finished'
        GROUP BY r.name, s.tag, m.digest, s.cause = 'attachment' HAVING count(*) > 1`,
    );
    return rows.map(({ line }) => line);
  } finally {
    await client.end();
  }
}
