import pg from 'pg';

/** How many (tag, image) pairs were scanned more often than once. Here no tag ever comes back to an image it has left. */
export async function scansPerTag(databaseUrl: string): Promise<{ readonly more: number }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ more: number }>(
      `SELECT count(*)::int AS more FROM (
         SELECT FROM scan WHERE state = 'finished' GROUP BY manifest_id, tag HAVING count(*) > 1) AS again`,
    );
    return { more: rows[0]?.more ?? -1 };
  } finally {
    await client.end();
  }
}
