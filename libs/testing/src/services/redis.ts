import { randomUUID } from 'node:crypto';
import { askBroker } from './ask-broker';

export interface TestRedis {
  readonly url: string;
  /** Begins the keys of this test file; servers are shared. */
  readonly keyPrefix: string;
}

/** Redis for tests: REDIS_URL when it is set, else one `redis-server` from the PATH for the whole run. */
export async function startRedis(): Promise<TestRedis> {
  return { url: await askBroker('redis'), keyPrefix: `test-${randomUUID()}` };
}
