import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { askBroker } from './ask-broker';

export interface TestPostgres {
  /** Of the server's own database: make one with createDatabase() instead of writing here. */
  readonly url: string;
  createDatabase(options?: CreateDatabaseOptions): Promise<TestDatabase>;
}

export interface CreateDatabaseOptions {
  /** A database is cloned from this one, which is built when it is not there yet. */
  readonly template?: DatabaseTemplate;
}

export interface DatabaseTemplate {
  /** Must change with the content, e.g. end in a hash of the migrations: a server that outlives the run keeps templates. */
  readonly name: string;
  /** Fills the empty database. Must leave no connection open. */
  build(url: string): Promise<void>;
}

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Also ends connections that are still open. */
  drop(): Promise<void>;
}

/** PostgreSQL for tests: DATABASE_URL when it is set, else one server for the whole run, started at the first call. */
export async function startPostgres(): Promise<TestPostgres> {
  const url = await askBroker('postgres');
  return { url, createDatabase: (options = {}) => createDatabase(url, options) };
}

async function createDatabase(serverUrl: string, { template }: CreateDatabaseOptions): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withClient(serverUrl, async (client) => {
    if (template !== undefined) await ensureTemplate(client, serverUrl, template);
    // Copied as files: the other way writes every page to the log as well, for crashes that tests need not survive.
    const source =
      template === undefined ? '' : ` TEMPLATE ${client.escapeIdentifier(template.name)} STRATEGY FILE_COPY`;
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}${source}`);
  });
  return {
    name,
    url: urlOf(serverUrl, name),
    drop: () =>
      withClient(serverUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
      }),
  };
}

/** Built once, however many test files ask at the same time; a build that failed is not taken for a template. */
async function ensureTemplate(client: pg.Client, serverUrl: string, template: DatabaseTemplate): Promise<void> {
  await client.query('SELECT pg_advisory_lock(hashtext($1))', [template.name]);
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template.name]);
    if (found.rowCount !== 0) return;
    const draft = `${template.name}_draft`;
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(draft)} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(draft)}`);
    await template.build(urlOf(serverUrl, draft));
    await client.query(
      `ALTER DATABASE ${client.escapeIdentifier(draft)} RENAME TO ${client.escapeIdentifier(template.name)}`,
    );
  } finally {
    await client.query('SELECT pg_advisory_unlock(hashtext($1))', [template.name]);
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
