import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { startEmbeddedPostgres } from '@tidewaiter/embedded-postgres';
import { messageOf, silentLogger } from '@tidewaiter/kit';
import { testEnvironment } from './environment';
import { startRedisServer } from './redis-server';
import { scratchParent } from './scratch-parent';

/** A service of the whole test run. */
interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

export interface Broker {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Lives in the process that runs the tests, outlives every test file, and starts a service when the first test asks for it.
 * So a run that needs no database starts none, and whatever was started is stopped at the end, failed tests or not.
 */
export async function startBroker(): Promise<Broker> {
  const scratchDir = await mkdtemp(path.join(scratchParent(), 'tidewaiter-tests-'));
  const starters: Readonly<Record<string, () => Promise<Running>>> = {
    '/postgres': () => startPostgres(path.join(scratchDir, 'postgres')),
    '/redis': () => startRedis(path.join(scratchDir, 'redis')),
  };
  const running = new Map<string, Promise<Running>>();
  const server = createServer((request, response) => {
    // A connection that is kept may be closed just when a busy test takes it up again.
    response.setHeader('connection', 'close');
    const name = request.url ?? '';
    const start = starters[name];
    if (start === undefined) {
      response.writeHead(404).end();
      return;
    }
    const service = running.get(name) ?? start();
    running.set(name, service);
    service.then(
      ({ url }) => response.end(url),
      (error: unknown) => response.writeHead(500).end(messageOf(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      const services = await Promise.allSettled(running.values());
      for (const outcome of services) if (outcome.status === 'fulfilled') await outcome.value.stop();
      await rm(scratchDir, { recursive: true, force: true });
    },
  };
}

async function startPostgres(dataDir: string): Promise<Running> {
  const { databaseUrl } = testEnvironment();
  if (databaseUrl !== undefined) return { url: databaseUrl, stop: async () => undefined };
  return startEmbeddedPostgres({ dataDir, logger: silentLogger, durable: false });
}

async function startRedis(dataDir: string): Promise<Running> {
  const { redisUrl } = testEnvironment();
  if (redisUrl !== undefined) return { url: redisUrl, stop: async () => undefined };
  return startRedisServer({ dataDir });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the broker listens on no port');
  return address.port;
}
