import { randomUUID } from 'node:crypto';
import type { QueueConnection } from './connection';
import { createQueues } from './create-queues';

describe('a queue that is not there', () => {
  it.each<QueueConnection>([
    { kind: 'redis', url: 'redis://127.0.0.1:1/0', keyPrefix: 'x' },
    { kind: 'postgres', url: 'postgresql://x:x@127.0.0.1:1/x' },
  ])(
    'is said to be unavailable within its time: $kind',
    async (connection) => {
      const queues = createQueues(connection);
      const startedAt = Date.now();
      const unavailable = { code: 'queue-unavailable', retryAfterSeconds: 5 };
      await expect(queues.enqueue('image.scan.push', { scanId: randomUUID() })).rejects.toMatchObject(unavailable);
      await expect(queues.ready()).rejects.toMatchObject(unavailable);
      expect(Date.now() - startedAt).toBeLessThan(11_000);
      await queues.close();
    },
    15_000,
  );
});
