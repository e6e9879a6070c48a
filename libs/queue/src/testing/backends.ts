import { startPostgres, startRedis } from '@tidewaiter/testing';
import { LATEST_SCHEMA_VERSION } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { migrateQueue, type QueueConnection } from '../connection';

/** What both back ends promise. */
export interface Backend {
  readonly connection: QueueConnection;
  loseEverything(): Promise<void>;
  /** Connections of this test's queues that are still open on the server. */
  openConnections(): Promise<number>;
  dispose(): Promise<void>;
}

export async function openPostgres(): Promise<Backend> {
  const postgres = await startPostgres();
  const database = await postgres.createDatabase({
    template: {
      name: `queue_schema_${LATEST_SCHEMA_VERSION}`,
      build: (url) => migrateQueue({ kind: 'postgres', url }),
    },
  });
  return {
    connection: { kind: 'postgres', url: database.url },
    loseEverything: async () => void (await query(database.url, 'DROP SCHEMA bullmq CASCADE')),
    openConnections: async () => {
      const text = 'SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = $1';
      return Number((await query(postgres.url, text, [database.name]))[0]?.open);
    },
    dispose: () => database.drop(),
  };
}

export async function openRedis(): Promise<Backend> {
  const { url, keyPrefix } = await startRedis();
  const redis = new Redis(url);
  const deleteAll = async (): Promise<void> => {
    const keys = await redis.keys(`${keyPrefix}*`);
    for (let start = 0; start < keys.length; start += 1_000) await redis.del(...keys.slice(start, start + 1_000));
  };
  return {
    connection: { kind: 'redis', url, keyPrefix },
    loseEverything: deleteAll,
    openConnections: async () => clientCount(redis, keyPrefix),
    dispose: async () => {
      await deleteAll();
      redis.disconnect();
    },
  };
}

async function clientCount(redis: Redis, name: string): Promise<number> {
  const clients = String(await redis.client('LIST'));
  return clients.split('\n').filter((line) => line.includes(`name=${name}`)).length;
}

async function query(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text, values);
    return rows;
  } finally {
    await client.end();
  }
}
