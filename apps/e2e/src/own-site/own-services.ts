import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedPostgres } from '@tidewaiter/embedded-postgres';
import { silentLogger } from '@tidewaiter/kit';
import { startRedisServer } from '@tidewaiter/testing';
import { freePort } from '../ports';

const run = promisify(execFile);

/** A database and a queue that belong to one test alone, because it will do to them what happens to such things. */
export interface OwnServices {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Every connection is cut; what was committed is there again some seconds later. */
  restartDatabase(): Promise<void>;
  /** Everything that was queued is gone. */
  flushQueue(): Promise<void>;
  close(): Promise<void>;
}

export async function startOwnServices(directory: string): Promise<OwnServices> {
  const port = await freePort();
  const start = () => startEmbeddedPostgres({ dataDir: join(directory, 'postgres'), port, logger: silentLogger });
  let database = await start();
  const redis = await startRedisServer({ dataDir: join(directory, 'redis') });
  return {
    databaseUrl: database.url,
    redisUrl: redis.url,
    async restartDatabase() {
      await database.stop();
      database = await start();
    },
    async flushQueue() {
      await run('redis-cli', ['-u', redis.url, 'FLUSHALL']);
    },
    async close() {
      await redis.stop();
      await database.stop();
    },
  };
}
