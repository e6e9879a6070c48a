import { queueNames } from '@tidewaiter/config';
import { silentLogger } from '@tidewaiter/kit';
import { jobDefinition, jobNames, jobs, type JobOf } from './jobs';
import { startWorkers, type JobHandlers } from './start-workers';

describe('the job catalogue', () => {
  it('is this', () => {
    expect(Object.entries(jobs).map(([name, { queue, whileRunning }]) => `${queue} ${name} ${whileRunning}`)).toEqual([
      'events delivery.process ignore',
      'scan image.scan ignore',
      'feeds feed.refresh ignore',
      'rematch rematch.run again',
      'notify notification.send again',
      'reconcile registry.reconcile ignore',
    ]);
  });

  it('gives every queue at least one job', () => {
    expect([...new Set(jobNames.map((name) => jobDefinition(name).queue))].sort()).toEqual([...queueNames].sort());
  });

  it.each(jobNames)('%s is bounded: attempts, waits, time, and what is kept', (name) => {
    const { attempts, backoff, timeoutMs, retention } = jobDefinition(name);
    expect(attempts).toBeGreaterThanOrEqual(2);
    expect(backoff.lastMs).toBeGreaterThanOrEqual(backoff.firstMs);
    expect(timeoutMs).toBeLessThanOrEqual(60 * 60_000);
    expect(retention.completed.count).toBeLessThanOrEqual(10_000);
    expect(retention.failed.count).toBeLessThanOrEqual(10_000);
  });

  it('refuses payloads with more in them than the job knows', () => {
    const parsed = jobDefinition('registry.reconcile').payload.safeParse({ registryId: 1, force: true });
    expect(parsed.success).toBe(false);
  });
});

describe('handlers', () => {
  const start = (handlers: object): unknown =>
    startWorkers({
      connection: { kind: 'postgres', url: 'postgresql://127.0.0.1:1/none' },
      queues: ['scan', 'notify'],
      // What a caller in JavaScript, or one with a cast, may pass.
      handlers: handlers as JobHandlers<'scan' | 'notify'>,
      concurrency: 1,
      logger: silentLogger,
    });
  const handler = async (): Promise<void> => undefined;

  it('are refused at the start when one is missing', () => {
    expect(() => start({ 'image.scan': handler })).toThrow(
      'The worker serves the queues scan, notify, but nothing handles notification.send.',
    );
  });

  it('are refused at the start when the job does not exist', () => {
    const handlers = { 'image.scan': handler, 'notification.send': handler, 'image.scam': handler };
    expect(() => start(handlers)).toThrow('handlers for jobs that do not exist: image.scam');
  });

  it('do not compile when one is missing, or when one takes another payload', () => {
    const scan: JobHandlers<'scan'> = { 'image.scan': async ({ scanId }) => scanId.length };
    // @ts-expect-error notification.send is missing
    const missing: JobHandlers<'scan' | 'notify'> = { 'image.scan': handler };
    // @ts-expect-error the payload of image.scan has a scanId and no imageId
    const mistaken: JobHandlers<'scan'> = { 'image.scan': async ({ imageId }) => String(imageId) };
    const narrow: JobOf<'scan'> = 'image.scan';
    // @ts-expect-error notification.send belongs to another queue
    const foreign: JobOf<'scan'> = 'notification.send';
    expect([scan, missing, mistaken, narrow, foreign]).toHaveLength(5);
  });
});
