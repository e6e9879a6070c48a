import { queueNames } from '@tidewaiter/config';
import { silentLogger } from '@tidewaiter/kit';
import { jobDefinition, jobNames, jobs, type JobOf } from './jobs';
import { startWorkers, type JobHandlers } from './start-workers';

describe('the job catalogue', () => {
  it('is this', () => {
    expect(Object.entries(jobs).map(([name, { queue, whileRunning }]) => `${queue} ${name} ${whileRunning}`)).toEqual([
      'events delivery.process ignore',
      'events deliveries.process ignore',
      'scan-push image.scan.push ignore',
      'scan-user image.scan.user ignore',
      'scan-rescan image.scan.rescan ignore',
      'scan-backfill image.scan.backfill ignore',
      'feeds feed.refresh ignore',
      'rematch rematch.run again',
      'rematch images.rank again',
      'notify notification.send again',
      'reconcile registry.reconcile ignore',
      'actuate registry.act again',
      'actuate registry.mark-existing ignore',
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
      queues: ['scan-push', 'notify'],
      // What a caller in JavaScript, or one with a cast, may pass.
      handlers: handlers as JobHandlers<'scan-push' | 'notify'>,
      concurrency: 1,
      logger: silentLogger,
    });
  const handler = async (): Promise<void> => undefined;

  it('are refused at the start when one is missing', () => {
    expect(() => start({ 'image.scan.push': handler })).toThrow(
      'The worker serves the queues scan-push, notify, but nothing handles notification.send.',
    );
  });

  it('are refused at the start when the job does not exist', () => {
    const handlers = { 'image.scan.push': handler, 'notification.send': handler, 'image.scam': handler };
    expect(() => start(handlers)).toThrow('handlers for jobs that do not exist: image.scam');
  });

  it('do not compile when one is missing, or when one takes another payload', () => {
    const scan: JobHandlers<'scan-push'> = { 'image.scan.push': async ({ scanId }) => scanId.length };
    // @ts-expect-error notification.send is missing
    const missing: JobHandlers<'scan-push' | 'notify'> = { 'image.scan.push': handler };
    // @ts-expect-error the payload of image.scan.push has a scanId and no imageId
    const mistaken: JobHandlers<'scan-push'> = { 'image.scan.push': async ({ imageId }) => String(imageId) };
    const narrow: JobOf<'scan-push'> = 'image.scan.push';
    // @ts-expect-error notification.send belongs to another queue
    const foreign: JobOf<'scan-push'> = 'notification.send';
    expect([scan, missing, mistaken, narrow, foreign]).toHaveLength(5);
  });
});
