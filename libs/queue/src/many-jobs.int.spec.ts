import { randomUUID } from 'node:crypto';
import { startPostgres } from '@tidewaiter/testing';
import { LATEST_SCHEMA_VERSION } from 'bullmq';
import pg from 'pg';
import { migrateQueue } from './connection';
import { createQueues } from './create-queues';

describe('many jobs at once on PostgreSQL', () => {
  it('take no more than a thousand locks in a transaction, of those that all transactions share', async () => {
    const postgres = await startPostgres();
    const template = {
      name: `queue_schema_${LATEST_SCHEMA_VERSION}`,
      build: (url: string) => migrateQueue({ kind: 'postgres', url }),
    };
    const database = await postgres.createDatabase({ template });
    const queues = createQueues({ kind: 'postgres', url: database.url });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      const payloads = Array.from({ length: 2_001 }, () => ({ scanId: randomUUID() }));
      await queues.enqueueMany('image.scan.backfill', payloads);
      // A job takes a lock until its transaction ends, and its row says which transaction that was.
      const { rows } = await client.query('SELECT count(*)::int AS jobs FROM bullmq.job GROUP BY xmin ORDER BY 1');
      expect(rows).toEqual([{ jobs: 1 }, { jobs: 1_000 }, { jobs: 1_000 }]);
    } finally {
      await Promise.all([queues.close(), client.end()]);
      await database.drop();
    }
  });
});
