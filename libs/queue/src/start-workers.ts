import type { QueueName } from '@tidewaiter/config';
import { messageOf, OperationalError, UnexpectedError, UserError, withFields, type Logger } from '@tidewaiter/kit';
import { DelayedError, UnrecoverableError, WaitingError, type Job } from 'bullmq';
import { waitBeforeRetryMs } from './backoff';
import { shareConnection, withinMs, type OpenWorker, type QueueConnection, type SharedConnection } from './connection';
import { isJobName, jobDefinition, jobNames, type JobName, type JobOf, type JobPayload } from './jobs';
import { PutOff } from './put-off';
import { runWithTimeout, ShuttingDown } from './run-with-timeout';

export interface JobContext {
  readonly jobId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Aborted when the job's time is up, when the process stops, and when the job was given to another worker. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** What it returns is kept with the finished job, so: a few numbers, if anything. */
export type JobHandler<N extends JobName> = (payload: JobPayload<N>, context: JobContext) => Promise<unknown>;

/** One handler for each job of the queues; a missing one does not compile. */
export type JobHandlers<Q extends QueueName = QueueName> = { readonly [N in JobOf<Q>]: JobHandler<N> };

export interface WorkersOptions<Q extends QueueName> {
  readonly connection: QueueConnection;
  readonly queues: readonly Q[];
  readonly handlers: JobHandlers<Q>;
  /** Jobs at a time, per queue; a queue whose jobs have a `share` gets that part of it. */
  readonly concurrency: number;
  readonly logger: Logger;
  /** A job whose worker has been silent for this long is given to another worker. */
  readonly lockMs?: number;
  /** No job gets more time than this, whatever its entry says. */
  readonly maxJobMs?: number;
}

export interface Workers {
  /** Answers when the queue does. @throws OperationalError `queue-unavailable` after 5 seconds. */
  ready(): Promise<void>;
  /** Takes no more jobs, lets running ones finish for `graceMs`, then hands the others back; at most 2 seconds longer. */
  close(options?: { graceMs?: number }): Promise<void>;
}

/** Jobs that took their worker down with them this often are given up. */
const maxStalledCount = 3;
const handBackMs = 2_000;

export function startWorkers<Q extends QueueName>(options: WorkersOptions<Q>): Workers {
  const { connection, concurrency, logger, lockMs = 30_000, maxJobMs = Infinity } = options;
  const handlers = checkedHandlers(options.queues, options.handlers);
  const queues = [...new Set(options.queues)];
  const shared = shareConnection(connection, { role: 'worker', maxConnections: queues.length * 2 + 4, logger });
  const running = new Map<string, AbortController>();
  const workers = queues.map((queue) => {
    const processor = (job: Job, token?: string): Promise<unknown> =>
      runJob({
        job,
        token,
        handlers,
        running,
        maxJobMs,
        logger: withFields(logger, { queue, job: job.name, jobId: job.id }),
      });
    const worker = shared.openWorker(queue, processor, {
      concurrency: concurrencyOf(queue, concurrency),
      lockDuration: lockMs,
      stalledInterval: Math.max(500, Math.round(lockMs / 3)),
      maxStalledCount,
      settings: { backoffStrategy: (attemptsMade, _type, error, job) => backoffOf(job?.name, attemptsMade, error) },
    });
    logWorker(worker, logger);
    worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) running.get(keyOf(queue, jobId))?.abort(new LockLost());
    });
    return worker;
  });
  let closing: Promise<void> | undefined;
  return {
    ready: () =>
      withinMs(Promise.all([shared.ping(), ...workers.map((worker) => worker.waitUntilReady())]), 5_000).then(),
    close: ({ graceMs = 1_000 } = {}) => (closing ??= closeWorkers({ workers, shared, running, graceMs, logger })),
  };
}

function concurrencyOf(queue: QueueName, concurrency: number): number {
  const shares = jobNames.map(jobDefinition).flatMap((job) => (job.queue === queue ? [job.share ?? 1] : []));
  return Math.max(1, Math.floor(concurrency * Math.max(...shares)));
}

interface Closing {
  readonly workers: readonly OpenWorker[];
  readonly shared: SharedConnection;
  readonly running: ReadonlyMap<string, AbortController>;
  readonly graceMs: number;
  readonly logger: Logger;
}

async function closeWorkers({ workers, shared, running, graceMs, logger }: Closing): Promise<void> {
  const closed = Promise.all(workers.map((worker) => worker.close()));
  if (!(await settlesWithin(closed, graceMs))) {
    for (const controller of running.values()) controller.abort(new ShuttingDown());
    const isHandedBack = await settlesWithin(closed, handBackMs);
    if (!isHandedBack) logger.warn('jobs left running', { jobs: [...running.keys()] });
  }
  await shared.close();
}

/** The job went to another worker; whatever this one still does is in vain. */
class LockLost extends OperationalError {
  constructor() {
    super('job-lock-lost', 'The job was given to another worker, because this one was silent for too long.');
  }
}

type AnyHandler = (payload: never, context: JobContext) => Promise<unknown>;

/** For callers whose handlers were not seen by the compiler. */
function checkedHandlers(queues: readonly QueueName[], handlers: object): ReadonlyMap<JobName, AnyHandler> {
  const unknown = Object.keys(handlers).filter((name) => !isJobName(name));
  if (unknown.length > 0) {
    throw new UnexpectedError('job-unknown', `There are handlers for jobs that do not exist: ${unknown.join(', ')}.`);
  }
  const needed = jobNames.filter((name) => queues.includes(jobDefinition(name).queue));
  const found = new Map<JobName, AnyHandler>();
  for (const name of needed) {
    const handler: unknown = Object.hasOwn(handlers, name) ? Reflect.get(handlers, name) : undefined;
    // Each handler is run with the payload of its own job only, parsed by that job's schema.
    if (typeof handler === 'function') found.set(name, handler as AnyHandler);
  }
  const missing = needed.filter((name) => !found.has(name));
  if (missing.length === 0) return found;
  throw new UnexpectedError(
    'job-handler-missing',
    `The worker serves the queues ${queues.join(', ')}, but nothing handles ${missing.join(', ')}.`,
  );
}

interface Run {
  readonly job: Job;
  readonly token: string | undefined;
  readonly handlers: ReadonlyMap<JobName, AnyHandler>;
  readonly running: Map<string, AbortController>;
  readonly maxJobMs: number;
  readonly logger: Logger;
}

async function runJob(run: Run): Promise<unknown> {
  const { job, token, running, logger } = run;
  const key = keyOf(job.queueName, job.id ?? '');
  const controller = new AbortController();
  running.set(key, controller);
  try {
    return await callHandler(run, controller);
  } catch (error) {
    if (error instanceof ShuttingDown) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    if (error instanceof PutOff) {
      logger.info('job put off', { reason: error.message, forMs: error.forMs });
      await job.moveToDelayed(Date.now() + error.forMs, token);
      throw new DelayedError();
    }
    throw forQueue(error, { job, logger });
  } finally {
    running.delete(key);
  }
}

async function callHandler({ job, handlers, maxJobMs, logger }: Run, controller: AbortController): Promise<unknown> {
  const handler = isJobName(job.name) ? handlers.get(job.name) : undefined;
  if (handler === undefined || !isJobName(job.name)) {
    // Queued by a newer version of the program: a worker of that version may come by.
    throw new OperationalError('job-unknown', `This version of the program does not know the job ${job.name}.`);
  }
  const { payload, timeoutMs } = jobDefinition(job.name);
  const parsed = payload.safeParse(job.data);
  if (!parsed.success) {
    throw new UserError('job-payload-invalid', `The payload of ${job.name} is not what the job expects.`, {
      cause: parsed.error,
    });
  }
  const context = { jobId: job.id ?? '', attempt: job.attemptsMade + 1, signal: controller.signal, logger };
  // The payload was parsed by the schema of the very job whose handler this is.
  return runWithTimeout(() => handler(parsed.data as never, context), {
    controller,
    timeoutMs: Math.min(timeoutMs, maxJobMs),
  });
}

/** Says what went wrong, once, and turns it into what the queue understands. */
function forQueue(error: unknown, { job, logger }: { job: Job; logger: Logger }): Error {
  const known = error instanceof UserError || error instanceof OperationalError ? error : asUnexpected(error);
  const attempts = job.opts.attempts ?? 1;
  const attempt = job.attemptsMade + 1;
  const isFinal = known instanceof UserError || attempt >= attempts || backoffOf(job.name, attempt, known) < 0;
  const fields = { code: known.code, reason: known.message, attempt, attempts, ...known.fields };
  if (known instanceof UnexpectedError) logger.error('job broke', { ...fields, stack: stackOf(known), isFinal });
  else if (isFinal) logger.error('job failed', fields);
  else logger.warn('job attempt failed', fields);
  return known instanceof UserError ? new UnrecoverableError(`${known.code}: ${known.message}`) : known;
}

function asUnexpected(error: unknown): UnexpectedError {
  return error instanceof UnexpectedError
    ? error
    : new UnexpectedError('job-broke', messageOf(error), { cause: error });
}

function stackOf(error: Error): string {
  return error.cause instanceof Error ? (error.cause.stack ?? '') : (error.stack ?? '');
}

function backoffOf(name: string | undefined, attemptsMade: number, error: Error | undefined): number {
  const backoff =
    name !== undefined && isJobName(name) ? jobDefinition(name).backoff : { firstMs: 5_000, lastMs: 300_000 };
  return waitBeforeRetryMs(error, { backoff }, { attemptsMade });
}

function logWorker(worker: OpenWorker, logger: Logger): void {
  worker.on('error', (error) => logger.warn('worker failed', { queue: worker.name, reason: messageOf(error) }));
  worker.on('stalled', (jobId) => logger.warn('job recovered from a dead worker', { queue: worker.name, jobId }));
}

async function settlesWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  try {
    return await Promise.race([work.then(() => true as const), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function keyOf(queue: string, jobId: string): string {
  return `${queue}/${jobId}`;
}
