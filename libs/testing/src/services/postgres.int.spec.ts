import pg from 'pg';
import { startPostgres } from './postgres';

describe('startPostgres', () => {
  it('gives every caller an empty database of its own', async () => {
    const postgres = await startPostgres();
    const [first, second] = await Promise.all([postgres.createDatabase(), postgres.createDatabase()]);
    await query(first.url, 'CREATE TABLE only_here (a int)');
    await expect(query(second.url, 'SELECT * FROM only_here')).rejects.toThrow('only_here');
    await Promise.all([first.drop(), second.drop()]);
    await expect(query(first.url, 'SELECT 1')).rejects.toThrow('does not exist');
  });

  it('builds a template once, however many ask at the same time', async () => {
    const postgres = await startPostgres();
    let builds = 0;
    const template = {
      name: `template_${Date.now()}`,
      async build(url: string) {
        builds += 1;
        await query(url, 'CREATE TABLE t AS SELECT 42 AS answer');
      },
    };
    const databases = await Promise.all([1, 2, 3].map(() => postgres.createDatabase({ template })));
    for (const { url } of databases) expect(await query(url, 'SELECT answer FROM t')).toEqual([{ answer: 42 }]);
    expect(builds).toBe(1);
    await Promise.all(databases.map((database) => database.drop()));
  });

  it('does not take a template whose build failed', async () => {
    const postgres = await startPostgres();
    const name = `template_failed_${Date.now()}`;
    const build = () => Promise.reject(new Error('no migrations'));
    await expect(postgres.createDatabase({ template: { name, build } })).rejects.toThrow('no migrations');
    const database = await postgres.createDatabase({ template: { name, build: () => Promise.resolve() } });
    await database.drop();
  });
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end();
  }
}
