import { messageOf, OperationalError } from '@tidewaiter/kit';
import type { FastifyInstance } from 'fastify';

/** What must answer before the process can do its work, by name. A check rejects when it does not. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<unknown>>>;

export interface HealthOptions {
  readonly checks: ReadinessChecks;
  isStopping(): boolean;
}

const checkTimeoutMs = 3_000;

/**
 * `/healthz`: the process is alive; a restart would help otherwise. `/readyz`: it can do its work now; traffic should go
 * elsewhere otherwise.
 */
export function mountHealth(server: FastifyInstance, { checks, isStopping }: HealthOptions): void {
  server.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'alive' }));
  server.get('/readyz', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
    if (isStopping()) return reply.status(503).send({ status: 'stopping', checks: {} });
    const outcomes = await Promise.all(Object.entries(checks).map(runCheck));
    const isReady = outcomes.every(([, outcome]) => outcome === 'ok');
    return reply
      .status(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not ready', checks: Object.fromEntries(outcomes) });
  });
}

async function runCheck([name, check]: [string, () => Promise<unknown>]): Promise<[string, string]> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(resolve, checkTimeoutMs, 'timeout');
  });
  try {
    const outcome = await Promise.race([check().then(() => 'ok' as const), timeout]);
    return [name, outcome === 'ok' ? 'ok' : `no answer within ${checkTimeoutMs / 1_000} seconds`];
  } catch (error) {
    // A driver's own words may hold addresses and names that are nobody's business here.
    return [name, error instanceof OperationalError ? messageOf(error) : 'does not answer'];
  } finally {
    clearTimeout(timer);
  }
}
