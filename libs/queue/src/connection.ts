import type { DatabaseConfig, RedisConfig } from '@tidewaiter/config';
import { messageOf, OperationalError, UnexpectedError, type Logger } from '@tidewaiter/kit';
import {
  createPostgresBackend,
  createRedisBackend,
  isPgPool,
  Queue,
  runMigrations,
  Worker,
  type BackendFactory,
  type IQueueBackend,
  type Processor,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';

/** Where the queue lives. */
export type QueueConnection =
  | { readonly kind: 'redis'; readonly url: string; readonly keyPrefix: string }
  | { readonly kind: 'postgres'; readonly url: string };

/** Redis when there is one, else the database. */
export function queueConnection(config: { redis: RedisConfig; database: DatabaseConfig }): QueueConnection {
  const { url, keyPrefix } = config.redis;
  return url === undefined ? { kind: 'postgres', url: config.database.url } : { kind: 'redis', url, keyPrefix };
}

/** BullMQ's own tables live in this schema of the database, apart from ours. */
const schema = 'bullmq';

/**
 * Makes or updates what the queue needs to exist: BullMQ's schema in PostgreSQL; nothing in Redis. Safe to call from several
 * processes at once, and needed once before createQueues() and startWorkers().
 */
export async function migrateQueue(connection: QueueConnection): Promise<void> {
  if (connection.kind === 'redis') return;
  const client = new pg.Client({ connectionString: connection.url });
  await client.connect();
  try {
    await runMigrations(client, schema);
  } finally {
    await client.end();
  }
}

/** BullMQ's queue and worker, whatever the back end. Payloads are ours to check: see jobs.ts. */
export type OpenQueue = Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend>;
export type OpenWorker = Worker<unknown, unknown, string, IQueueBackend>;

/** One connection (or pool) that the queues or the workers of a process share. */
export interface SharedConnection {
  openQueue(name: string): OpenQueue;
  openWorker(
    name: string,
    processor: Processor<unknown, unknown>,
    options: Omit<WorkerOptions, 'connection'>,
  ): OpenWorker;
  /** Answers when the server does. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

interface ShareOptions {
  /** producer: fails fast, for a caller who waits. worker: waits for the server for as long as it takes. */
  readonly role: 'producer' | 'worker';
  readonly maxConnections: number;
  readonly logger: Logger;
}

export function shareConnection(connection: QueueConnection, options: ShareOptions): SharedConnection {
  return connection.kind === 'redis' ? shareRedis(connection, options) : sharePostgres(connection.url, options);
}

/**
 * The server must run with `maxmemory-policy noeviction`: with any other policy a full Redis silently forgets jobs. BullMQ
 * says so itself when it connects.
 */
function shareRedis(
  { url, keyPrefix }: { readonly url: string; readonly keyPrefix: string },
  { role, logger }: ShareOptions,
): SharedConnection {
  const isProducer = role === 'producer';
  const redis = new Redis(url, {
    connectionName: keyPrefix,
    connectTimeout: 5_000,
    disconnectTimeout: 500,
    retryStrategy: (times) => Math.min(times * 200, 2_000),
    // A producer hears of a lost server after one attempt to reconnect; a worker's blocking commands wait without limit:
    // https://docs.bullmq.io/guide/going-to-production
    maxRetriesPerRequest: isProducer ? 1 : null,
  });
  redis.setMaxListeners(0);
  redis.on('error', (error: Error) => logger.warn('queue connection failed', { reason: messageOf(error) }));
  const shared = { connection: redis, prefix: keyPrefix };
  return {
    openQueue: (name) => new Queue(name, { ...shared, skipWaitingForReady: isProducer }, createRedisBackend),
    openWorker: (name, processor, options) =>
      new Worker(name, processor, { ...options, ...shared }, createRedisBackend),
    ping: async () => void (await redis.ping()),
    close: async () => redis.disconnect(),
  };
}

function sharePostgres(url: string, { maxConnections, logger }: ShareOptions): SharedConnection {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 5_000,
    // A dropped connection that waits for a job must be noticed.
    keepAlive: true,
    // What a crash of the server takes from the queue, the last half second, is made again from the rows that are the truth (a planned
    // refresh of a feed: at its next time); so nobody waits for the disk on the queue's behalf. Redis that writes its file every
    // second keeps no more.
    options: `-c search_path=${schema} -c synchronous_commit=off`,
  });
  pool.setMaxListeners(0);
  pool.on('error', (error) => logger.warn('queue connection failed', { reason: messageOf(error) }));
  const createBackend: BackendFactory<IQueueBackend> = (name, options, factoryOptions) => {
    if (!isPgPool(pool)) throw new UnexpectedError('queue-driver-unknown', 'BullMQ does not know this version of pg.');
    return createPostgresBackend(name, { ...options, connection: pool }, factoryOptions);
  };
  // The pool comes in through the factory; the option is there because BullMQ insists on one.
  const shared = { connection: {} };
  return {
    openQueue: (name) => new Queue(name, shared, createBackend),
    openWorker: (name, processor, options) => new Worker(name, processor, { ...options, ...shared }, createBackend),
    ping: async () => void (await pool.query('SELECT 1')),
    close: () => pool.end(),
  };
}

/** For callers who must not wait: the queue answers in time or counts as unavailable. */
export async function withinMs<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } catch (cause) {
    throw new OperationalError(
      'queue-unavailable',
      `The queue does not answer (${messageOf(cause)}). Check REDIS_URL, or DATABASE_URL when that is not set.`,
      { cause, retryAfterSeconds: 5 },
    );
  } finally {
    clearTimeout(timer);
  }
}
