/** A holder of the data directory, for the test that kills it: starts PostgreSQL, writes a row, says the server's process id. */
import { silentLogger } from '@tidewaiter/kit';
import pg from 'pg';
import { startEmbeddedPostgres } from '../start-embedded-postgres';

const postgres = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', logger: silentLogger });
const client = new pg.Client({ connectionString: postgres.url });
await client.connect();
await client.query('CREATE TABLE t AS SELECT 1 AS a');
process.stdout.write(`${postgres.pid}\n`);
setInterval(() => undefined, 60_000);
