import { describeWithTool, startRedis } from '@tidewaiter/testing';
import type { Settings } from './processes';

/** The same tests with the queue in PostgreSQL and in Redis; they get the settings that choose it. */
export function describeQueueBackends(tests: (queueSettings: () => Promise<Settings>) => void): void {
  describe('with the queue in PostgreSQL', () => tests(async () => ({})));
  describeWithTool('redis-server', 'with the queue in Redis', () =>
    tests(async () => {
      const { url, keyPrefix } = await startRedis();
      return { REDIS_URL: url, REDIS_KEY_PREFIX: keyPrefix };
    }),
  );
}
