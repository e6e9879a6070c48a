import { mkdir, realpath } from 'node:fs/promises';
import type { Logger } from '@tidewaiter/kit';
import pg from 'pg';
import { chooseAccount } from './account';
import { findBinaries } from './binaries';
import { clusterDirOf, openCluster, superuser } from './cluster';
import { claimDataDir, type DataDirClaim } from './data-dir-claim';
import { startServer, stopOrphan } from './server-process';

export interface EmbeddedPostgresOptions {
  /** Made when missing. One process holds it at a time. */
  readonly dataDir: string;
  /** A free port is taken when left out. */
  readonly port?: number;
  readonly logger: Logger;
  /** The database to make when missing. */
  readonly database?: string;
  /** false trades durability for speed: for data that may be lost, such as a test's. */
  readonly durable?: boolean;
  /** PostgreSQL settings on top of ours, e.g. `{ shared_buffers: '512MB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** With the password in it: not for a log. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Tells a second start where this one answers. */
  announce(url: string): Promise<void>;
  /** Ends connections, writes everything out and gives the data directory free; at most 3 seconds. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that came with npm on 127.0.0.1, with its data in `dataDir`; a restart keeps the data.
 * A server left over by a killed process is stopped first.
 * @throws UserError `data-dir-in-use` when another living process holds the directory.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  const claim = await claimDataDir(dataDir);
  try {
    return await startClaimed(dataDir, claim, options);
  } catch (error) {
    await claim.release();
    throw error;
  }
}

async function startClaimed(
  dataDir: string,
  claim: DataDirClaim,
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { logger, durable = true, database = 'tidewaiter' } = options;
  const binaries = await findBinaries();
  const account = await chooseAccount(clusterDirOf(dataDir), [binaries.postgres]);
  await stopOrphan(clusterDirOf(dataDir), logger);
  const cluster = await openCluster(dataDir, { initdb: binaries.initdb, account, durable });
  const server = await startServer({
    program: binaries.postgres,
    account,
    directory: cluster.directory,
    port: options.port,
    settings: { ...settingsFor(durable), ...options.settings },
    logger,
  });
  const urlOf = (name: string): string =>
    `postgresql://${superuser}:${cluster.password}@127.0.0.1:${server.port}/${name}`;
  try {
    await ensureDatabase(urlOf('postgres'), database);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url: urlOf(encodeURIComponent(database)),
    port: server.port,
    pid: server.pid,
    announce: (url) => claim.announce(url),
    async stop() {
      await server.stop();
      await claim.release();
    },
  };
}

function settingsFor(durable: boolean): Readonly<Record<string, string>> {
  const always = {
    listen_addresses: '127.0.0.1',
    // No socket file: its path has a short limit, and its directory would need another account's rights.
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  if (durable) return always;
  const light = { wal_level: 'minimal', max_wal_senders: '0', max_wal_size: '256MB' };
  return { ...always, ...light, fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };
}

async function ensureDatabase(adminUrl: string, database: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}
