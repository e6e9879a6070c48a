import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { queueNames } from '@tidewaiter/config';
import { OperationalError, silentLogger, UserError } from '@tidewaiter/kit';
import { describeWithTool } from '@tidewaiter/testing';
import { migrateQueue, shareConnection, type QueueConnection } from './connection';
import { createQueues, type Queues } from './create-queues';
import type { JobName } from './jobs';
import { PutOff } from './put-off';
import { openPostgres, openRedis, type Backend } from './testing/backends';
import { startWorkers, type JobHandler, type JobHandlers, type Workers } from './start-workers';

/** BACKFILL_IMAGES=100000 is the size that is promised. */
const backfillImages = Number(process.env['BACKFILL_IMAGES'] ?? 3_000);

import.meta.jest.setTimeout(60_000 + 2 * backfillImages);

describe('the queue on postgres', () => contract(openPostgres));
describeWithTool('redis-server', 'the queue on redis', () => contract(openRedis));

function contract(open: () => Promise<Backend>): void {
  let backend: Backend;
  let queues: Queues;
  const running: Workers[] = [];

  beforeEach(async () => {
    backend = await open();
    await migrateQueue(backend.connection);
    queues = createQueues(backend.connection);
    await queues.ready();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((workers) => workers.close({ graceMs: 100 })));
    await queues.close();
    // A worker, queue or pool left open would still be connected.
    await until('every connection is closed', async () => (await backend.openConnections()) === 0);
    await backend.dispose();
  });

  function work(
    handlers: Partial<JobHandlers>,
    options: { lockMs?: number; maxJobMs?: number; concurrency?: number } = {},
  ): Workers {
    const workers = startWorkers({
      connection: backend.connection,
      queues: queueNames,
      handlers: { ...refuseAll, ...handlers },
      concurrency: 4,
      logger: silentLogger,
      ...options,
    });
    running.push(workers);
    return workers;
  }

  it('carries a payload to its handler, once', async () => {
    const seen: unknown[] = [];
    work({ 'registry.reconcile': async (payload, { attempt }) => void seen.push({ payload, attempt }) });
    await queues.enqueue('registry.reconcile', { registryId: 7 });
    await until('it is handled', () => seen.length === 1);
    await until('it is finished', async () => (await queues.counts()).reconcile.completed === 1);
    expect(seen).toEqual([{ payload: { registryId: 7 }, attempt: 1 }]);
  });

  it('carries many at once', async () => {
    const seen = new Set<number>();
    work({ 'registry.reconcile': async ({ registryId }) => void seen.add(registryId) }, { concurrency: 16 });
    const payloads = Array.from({ length: 200 }, (_, index) => ({ registryId: index + 1 }));
    await queues.enqueueMany('registry.reconcile', payloads);
    await until('all are handled', () => seen.size === 200);
  });

  it('refuses a payload that does not fit, on the way in', async () => {
    const wrong = { scanId: 'not a uuid' };
    await expect(queues.enqueue('image.scan.push', wrong)).rejects.toMatchObject({ code: 'job-payload-invalid' });
    expect((await queues.counts())['scan-push'].waiting).toBe(0);
  });

  it('refuses a payload that does not fit, on the way out, without running or repeating it', async () => {
    let runs = 0;
    await enqueueForeign(backend.connection, { name: 'image.scan.push', data: { scanId: randomUUID(), extra: true } });
    work({ 'image.scan.push': async () => void (runs += 1) });
    await until('it has failed', async () => (await queues.counts())['scan-push'].failed === 1);
    expect(runs).toBe(0);
  });

  it('retries a job it does not know, since a newer worker may', async () => {
    await enqueueForeign(backend.connection, { name: 'image.scan.push.v9', data: {} });
    work({});
    await until('it waits for another attempt', async () => (await queues.counts())['scan-push'].delayed === 1);
  });

  it('queues the same job once for as long as it waits, and again after it is finished', async () => {
    const scanId = randomUUID();
    const first = await queues.enqueue('image.scan.push', { scanId });
    const second = await queues.enqueue('image.scan.push', { scanId });
    expect(second.jobId).toBe(first.jobId);
    expect((await queues.counts())['scan-push'].waiting).toBe(1);
    expect(await queues.stateOf('image.scan.push', { scanId })).toBe('waiting');
    let runs = 0;
    work({ 'image.scan.push': async () => void (runs += 1) });
    await until('it has run', async () => runs === 1 && (await queues.counts())['scan-push'].completed === 1);
    expect(await queues.stateOf('image.scan.push', { scanId })).toBeUndefined();
    await queues.enqueue('image.scan.push', { scanId });
    await until('it has run again', () => runs === 2);
  });

  it('can be queued again after it failed for good', async () => {
    const scanId = randomUUID();
    let runs = 0;
    work({
      'image.scan.push': async () => {
        runs += 1;
        throw new UserError('image-gone', 'The image is gone.');
      },
    });
    await queues.enqueue('image.scan.push', { scanId });
    await until('it has failed', async () => (await queues.counts())['scan-push'].failed === 1);
    await queues.enqueue('image.scan.push', { scanId });
    await until('it has run again', () => runs === 2);
  });

  it('ignores a job that is being run, when its entry says so', async () => {
    const gate = newGate();
    const scanId = randomUUID();
    let runs = 0;
    work({
      'image.scan.push': async () => {
        runs += 1;
        await gate.opened;
      },
    });
    await queues.enqueue('image.scan.push', { scanId });
    await until('it runs', () => runs === 1);
    expect(await queues.stateOf('image.scan.push', { scanId })).toBe('active');
    await queues.enqueue('image.scan.push', { scanId });
    gate.open();
    await until('it is finished', async () => (await queues.counts())['scan-push'].completed === 1);
    await pause(300);
    expect(runs).toBe(1);
  });

  it('runs a job once more that was queued while it ran, when its entry says so', async () => {
    const gate = newGate();
    let runs = 0;
    work({
      'notification.send': async () => {
        runs += 1;
        await gate.opened;
      },
    });
    await queues.enqueue('notification.send', { channelId: 'slack' });
    await until('it runs', () => runs === 1);
    await queues.enqueue('notification.send', { channelId: 'slack' });
    await queues.enqueue('notification.send', { channelId: 'slack' });
    await pause(200);
    expect(runs).toBe(1);
    gate.open();
    await until('it ran again', () => runs === 2);
    await until('both are finished', async () => (await queues.counts()).notify.completed === 2);
    await queues.enqueue('notification.send', { channelId: 'slack' });
    await until('and can be queued again', () => runs === 3);
  });

  it('takes a job back that waits, and none that is being run', async () => {
    const [waiting, running] = [randomUUID(), randomUUID()];
    await queues.enqueue('image.scan.push', { scanId: waiting });
    expect(await queues.withdraw('image.scan.push', { scanId: waiting })).toBe(true);
    expect(await queues.withdraw('image.scan.push', { scanId: waiting })).toBe(false);
    const gate = newGate();
    const seen: string[] = [];
    work({
      'image.scan.push': async ({ scanId }) => {
        seen.push(scanId);
        await gate.opened;
      },
    });
    await queues.enqueue('image.scan.push', { scanId: running });
    await until('it runs', () => seen.length === 1);
    expect(await queues.withdraw('image.scan.push', { scanId: running })).toBe(false);
    await queues.enqueue('image.scan.push', { scanId: waiting });
    gate.open();
    await until('what was taken back can be queued again', () => seen.length === 2);
    expect(seen).toEqual([running, waiting]);
  });

  it('runs pushes whatever the length of the backfill, and little of the backfill at a time', async () => {
    const gate = newGate();
    const inFlight = { backfill: 0, most: 0 };
    const pushed = new Set<string>();
    const payloads = Array.from({ length: backfillImages }, () => ({ scanId: randomUUID() }));
    await queues.enqueueMany('image.scan.backfill', payloads);
    work(
      {
        'image.scan.backfill': async () => {
          inFlight.backfill += 1;
          inFlight.most = Math.max(inFlight.most, inFlight.backfill);
          await gate.opened;
          inFlight.backfill -= 1;
        },
        'image.scan.push': async ({ scanId }) => void pushed.add(scanId),
      },
      { concurrency: 8 },
    );
    await until('as much of the backfill runs as may', () => inFlight.backfill === 2);
    // None of the backfill ends before every push has: a push waits for no part of it.
    await queues.enqueueMany('image.scan.push', payloads.slice(0, 40));
    await until('every push is done', () => pushed.size === 40);
    expect((await queues.counts())['scan-backfill']).toMatchObject({
      active: 2,
      completed: 0,
      waiting: backfillImages - 2,
    });
    expect(inFlight.most).toBe(2);
    gate.open();
  });

  it('tries again after a wait when another system failed', async () => {
    const times: number[] = [];
    work({
      'delivery.process': async (_payload, { attempt }) => {
        times.push(Date.now());
        if (attempt < 3) throw new OperationalError('registry-busy', 'The registry is busy.');
      },
    });
    await queues.enqueue('delivery.process', { deliveryId: randomUUID() });
    await until('it succeeds', async () => (await queues.counts()).events.completed === 1);
    expect(times).toHaveLength(3);
    expect(gap(times, 0)).toBeGreaterThanOrEqual(370);
    expect(gap(times, 1)).toBeGreaterThanOrEqual(740);
  });

  it('waits as long as the other side asked', async () => {
    const times: number[] = [];
    work({
      'delivery.process': async (_payload, { attempt }) => {
        times.push(Date.now());
        if (attempt === 1) throw new OperationalError('throttled', 'Slow down.', { retryAfterSeconds: 2 });
      },
    });
    await queues.enqueue('delivery.process', { deliveryId: randomUUID() });
    await until('it succeeds', async () => (await queues.counts()).events.completed === 1);
    expect(gap(times, 0)).toBeGreaterThanOrEqual(1_990);
  });

  it('puts a job off that cannot be done yet, as often as that is so, and it loses no attempt', async () => {
    const attempts: number[] = [];
    const times: number[] = [];
    work({
      'registry.reconcile': async (_payload, { attempt }) => {
        attempts.push(attempt);
        times.push(Date.now());
        if (attempts.length < 6) throw new PutOff(300, new OperationalError('throttled', 'Come later.'));
      },
    });
    const payload = { registryId: 1 };
    await queues.enqueue('registry.reconcile', payload);
    await until('it was begun', async () => attempts.length === 1);
    await until('it waits', async () => (await queues.stateOf('registry.reconcile', payload)) === 'delayed');
    // It still is the same job.
    await queues.enqueue('registry.reconcile', payload);
    await until('it succeeds', async () => (await queues.counts()).reconcile.completed === 1);
    expect(attempts).toEqual([1, 1, 1, 1, 1, 1]);
    expect(gap(times, 0)).toBeGreaterThanOrEqual(295);
  });

  it("does not repeat what failed by the caller's fault", async () => {
    let runs = 0;
    work({
      'delivery.process': async () => {
        runs += 1;
        throw new UserError('delivery-malformed', 'The delivery is malformed.');
      },
    });
    await queues.enqueue('delivery.process', { deliveryId: randomUUID() });
    await until('it has failed', async () => (await queues.counts()).events.failed === 1);
    await pause(800);
    expect(runs).toBe(1);
  });

  it('repeats a bug once', async () => {
    let runs = 0;
    work({
      'delivery.process': async () => {
        runs += 1;
        throw new TypeError('undefined is not a function');
      },
    });
    await queues.enqueue('delivery.process', { deliveryId: randomUUID() });
    await until('it has failed', async () => (await queues.counts()).events.failed === 1);
    expect(runs).toBe(2);
  });

  it('aborts the signal of a job whose time is up, and counts the attempt as failed', async () => {
    const reasons: unknown[] = [];
    work(
      {
        'image.scan.push': (_payload, { signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              reasons.push(signal.reason);
              reject(new Error('aborted'));
            });
          }),
      },
      { maxJobMs: 200 },
    );
    await queues.enqueue('image.scan.push', { scanId: randomUUID() });
    await until('it waits for another attempt', async () => (await queues.counts())['scan-push'].delayed === 1);
    expect(reasons).toEqual([expect.objectContaining({ code: 'job-timeout' })]);
  });

  it('gives a job whose worker was killed to another worker', async () => {
    const scanId = randomUUID();
    await queues.enqueue('image.scan.push', { scanId });
    const holder = spawn(
      process.execPath,
      [
        '--import',
        './tools/typescript/register.mjs',
        path.join(import.meta.dirname, 'testing/hold-job.ts'),
        JSON.stringify(backend.connection),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const said: unknown[] = await once(holder.stdout, 'data');
    expect(String(said[0])).toContain(`holding ${scanId}`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await queues.stateOf('image.scan.push', { scanId })).toBe('active');
    const seen: string[] = [];
    work({ 'image.scan.push': async (payload) => void seen.push(payload.scanId) }, { lockMs: 1_000 });
    await until('another worker has finished it', async () => (await queues.counts())['scan-push'].completed === 1);
    expect(seen).toEqual([scanId]);
  });

  it('hands a running job back when the process stops, and the job loses no attempt', async () => {
    const scanId = randomUUID();
    const attempts: number[] = [];
    const first = work({
      'image.scan.push': (_payload, { signal, attempt }) =>
        new Promise((_, reject) => {
          attempts.push(attempt);
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    });
    await queues.enqueue('image.scan.push', { scanId });
    await until('it runs', () => attempts.length === 1);
    const startedAt = Date.now();
    await first.close({ graceMs: 100 });
    expect(Date.now() - startedAt).toBeLessThan(2_500);
    expect(await queues.stateOf('image.scan.push', { scanId })).toBe('waiting');
    work({ 'image.scan.push': async (_payload, { attempt }) => void attempts.push(attempt) });
    await until('another worker finishes it', async () => (await queues.counts())['scan-push'].completed === 1);
    expect(attempts).toEqual([1, 1]);
  });

  it('lets a running job finish when the process stops', async () => {
    let isDone = false;
    const workers = work({
      'image.scan.push': async () => {
        await pause(300);
        isDone = true;
      },
    });
    await queues.enqueue('image.scan.push', { scanId: randomUUID() });
    await until('it runs', async () => (await queues.counts())['scan-push'].active === 1);
    await workers.close({ graceMs: 2_000 });
    expect(isDone).toBe(true);
    expect((await queues.counts())['scan-push'].completed).toBe(1);
  });

  it('runs a delayed job when its time has come', async () => {
    const times: number[] = [Date.now()];
    work({ 'registry.reconcile': async () => void times.push(Date.now()) });
    await queues.enqueue('registry.reconcile', { registryId: 1 }, { delayMs: 400 });
    expect(await queues.stateOf('registry.reconcile', { registryId: 1 })).toBe('delayed');
    await until('it ran', () => times.length === 2);
    expect(gap(times, 0)).toBeGreaterThanOrEqual(390);
  });

  it('takes a job again whose queue was lost', async () => {
    const scanId = randomUUID();
    await queues.enqueue('image.scan.push', { scanId });
    await backend.loseEverything();
    await migrateQueue(backend.connection);
    expect(await queues.stateOf('image.scan.push', { scanId })).toBeUndefined();
    await queues.enqueue('image.scan.push', { scanId });
    let runs = 0;
    work({ 'image.scan.push': async () => void (runs += 1) });
    await until('it ran', () => runs === 1);
  });

  it('is migrated by several processes at once', async () => {
    await Promise.all([1, 2, 3].map(() => migrateQueue(backend.connection)));
    await queues.ready();
  });
}

/** What a program of another version has put into the queue `scan-push`. */
async function enqueueForeign(connection: QueueConnection, job: { name: string; data: object }): Promise<void> {
  const shared = shareConnection(connection, { role: 'worker', maxConnections: 2, logger: silentLogger });
  const queue = shared.openQueue('scan-push');
  await queue.add(job.name, job.data, { attempts: 3, backoff: { type: 'by-error' } });
  await queue.close();
  await shared.close();
}

const refuseAll: JobHandlers = {
  'delivery.process': refuse,
  'deliveries.process': refuse,
  'image.scan.push': refuse,
  'image.scan.user': refuse,
  'image.scan.rescan': refuse,
  'image.scan.backfill': refuse,
  'feed.refresh': refuse,
  'rematch.run': refuse,
  'images.rank': refuse,
  'notification.send': refuse,
  'registry.reconcile': refuse,
  'registry.act': refuse,
  'registry.mark-existing': refuse,
} satisfies Record<JobName, JobHandler<never>>;

async function refuse(): Promise<never> {
  throw new UserError('not-expected', 'This test expects no such job.');
}

async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await pause(20);
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

function gap(times: readonly number[], index: number): number {
  return (times[index + 1] ?? 0) - (times[index] ?? 0);
}

function newGate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
