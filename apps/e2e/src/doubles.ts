import pg from 'pg';

/** Rows that say the same thing twice: what no answer of the API would show. */
export async function doubles(databaseUrl: string): Promise<Readonly<Record<string, number>>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const count = async (rows: string): Promise<number> => {
      const found = await client.query<{ count: string }>(
        `SELECT count(*) FROM (${rows} HAVING count(*) > 1) AS doubled`,
      );
      return Number(found.rows[0]?.count);
    };
    return {
      openMatches: await count('SELECT FROM match WHERE closed_at IS NULL GROUP BY package_id, vulnerability_id'),
      transitions: await count('SELECT FROM transition GROUP BY package_id, vulnerability_id, kind, cause'),
      notifications: await count('SELECT FROM notification GROUP BY channel, payload'),
    };
  } finally {
    await client.end();
  }
}
