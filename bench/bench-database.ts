/** What the benchmarks on a database share. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, migrationsDir, openDatabase, type Database } from '@tidewaiter/db';
import { startEmbeddedPostgres } from '@tidewaiter/embedded-postgres';
import { silentLogger } from '@tidewaiter/kit';

export interface BenchDatabase {
  readonly database: Database;
  readonly url: string;
  /** For files; gone afterwards, as the database is. */
  readonly directory: string;
}

/** An empty embedded PostgreSQL with our tables, as long as the work takes. */
export async function withBenchDatabase(work: (bench: BenchDatabase) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'tidewaiter-bench-'));
  const server = await startEmbeddedPostgres({ dataDir: join(directory, 'postgres'), logger: silentLogger });
  const database = openDatabase({ url: server.url, applicationName: 'bench' });
  console.log(`${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  try {
    await migrate(server.url, migrationsDir(), silentLogger);
    await work({ database, url: server.url, directory });
  } finally {
    await database.$disconnect();
    await server.stop();
    await rm(directory, { recursive: true });
  }
}
