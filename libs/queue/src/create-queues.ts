import { queueNames, type QueueName } from '@tidewaiter/config';
import { messageOf, silentLogger, UnexpectedError, type Logger } from '@tidewaiter/kit';
import type { JobsOptions } from 'bullmq';
import { shareConnection, withinMs, type OpenQueue, type QueueConnection, type SharedConnection } from './connection';
import { jobDefinition, type JobName, type JobPayload } from './jobs';

export interface Queues {
  /** Queues a job, or finds it queued already. Answers when the queue holds it. */
  enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options?: EnqueueOptions): Promise<{ jobId: string }>;
  /** The same for many, a thousand in one round trip. What was queued before a failure stays queued. */
  enqueueMany<N extends JobName>(name: N, payloads: readonly JobPayload<N>[]): Promise<void>;
  /** What the queue knows of a job that is not finished; undefined when it holds none, for whoever repairs lost jobs. */
  stateOf<N extends JobName>(name: N, payload: JobPayload<N>): Promise<JobState | undefined>;
  /** Takes a job back; false when there is none, or when it is being run. */
  withdraw<N extends JobName>(name: N, payload: JobPayload<N>): Promise<boolean>;
  counts(): Promise<Readonly<Record<QueueName, QueueCounts>>>;
  /** Answers when the queue does. @throws OperationalError `queue-unavailable` after 5 seconds. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface EnqueueOptions {
  readonly delayMs?: number;
}

export type JobState = 'waiting' | 'delayed' | 'active';

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly completed: number;
}

const answerTimeoutMs = 5_000;
/** PostgreSQL holds a lock for every job of a transaction, in a table that all transactions share. */
const bulkSize = 1_000;

/** The end that queues jobs. It fails fast: within 5 seconds a caller knows whether the queue has taken the job. */
export function createQueues(connection: QueueConnection, { logger = silentLogger }: { logger?: Logger } = {}): Queues {
  const shared = shareConnection(connection, { role: 'producer', maxConnections: 5, logger });
  const open = new Map(queueNames.map((name) => [name, shared.openQueue(name)]));
  for (const queue of open.values()) {
    queue.on('error', (error) => logger.warn('queue failed', { queue: queue.name, reason: messageOf(error) }));
  }
  let closing: Promise<void> | undefined;
  const queueOf = (name: JobName): OpenQueue => existing(open, jobDefinition(name).queue);
  return {
    async enqueue(name, payload, options = {}) {
      const parsed = parsePayload(name, payload);
      const added = queueOf(name).add(name, parsed, { ...addOptions(name, parsed), delay: options.delayMs ?? 0 });
      const job = await withinMs(added, answerTimeoutMs);
      return { jobId: job.id ?? '' };
    },
    async enqueueMany(name, payloads) {
      const jobs = payloads.map((payload): BulkJob => {
        const data = parsePayload(name, payload);
        return { name, data, opts: addOptions(name, data) };
      });
      for (let start = 0; start < jobs.length; start += bulkSize) {
        const some = jobs.slice(start, start + bulkSize);
        await withinMs(queueOf(name).addBulk(some), answerTimeoutMs + some.length);
      }
    },
    async stateOf(name, payload) {
      const queue = queueOf(name);
      const jobId = await withinMs(queue.getDeduplicationJobId(dedupeId(name, payload)), answerTimeoutMs);
      if (jobId === null) return undefined;
      return unfinished(await withinMs(queue.getJobState(jobId), answerTimeoutMs));
    },
    async withdraw(name, payload) {
      const queue = queueOf(name);
      const jobId = await withinMs(queue.getDeduplicationJobId(dedupeId(name, payload)), answerTimeoutMs);
      return jobId !== null && (await withinMs(queue.remove(jobId), answerTimeoutMs)) === 1;
    },
    async counts() {
      const each = await withinMs(Promise.all([...open].map(countsOf)), answerTimeoutMs);
      // Object.fromEntries forgets its keys; there is one per queue name.
      return Object.fromEntries(each) as Record<QueueName, QueueCounts>;
    },
    ready: () => withinMs(shared.ping(), answerTimeoutMs),
    close: () => (closing ??= closeQueues([...open.values()], shared)),
  };
}

interface BulkJob {
  readonly name: string;
  readonly data: unknown;
  readonly opts: JobsOptions;
}

async function closeQueues(queues: readonly OpenQueue[], shared: SharedConnection): Promise<void> {
  await Promise.all(queues.map((queue) => queue.close()));
  await shared.close();
}

function existing(open: ReadonlyMap<QueueName, OpenQueue>, name: QueueName): OpenQueue {
  const queue = open.get(name);
  if (queue === undefined) throw new UnexpectedError('queue-missing', `There is no queue ${name}.`);
  return queue;
}

function parsePayload<N extends JobName>(name: N, payload: JobPayload<N>): JobPayload<N> {
  const parsed = jobDefinition(name).payload.safeParse(payload);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new UnexpectedError('job-payload-invalid', `The payload of ${name} is not what the job expects: ${places}`, {
    cause: parsed.error,
    fields: { job: name },
  });
}

function addOptions<N extends JobName>(name: N, payload: JobPayload<N>): JobsOptions {
  const { attempts, whileRunning, retention } = jobDefinition(name);
  const { completed, failed } = retention;
  return {
    attempts,
    // The waits are computed by the worker, which knows the error: see backoff.ts.
    backoff: { type: 'by-error' },
    deduplication: { id: dedupeId(name, payload), ...(whileRunning === 'again' ? { keepLastIfActive: true } : {}) },
    removeOnComplete: { age: completed.ageSeconds, count: completed.count },
    removeOnFail: { age: failed.ageSeconds, count: failed.count },
    stackTraceLimit: 3,
    sizeLimit: 4_096,
  };
}

function dedupeId<N extends JobName>(name: N, payload: JobPayload<N>): string {
  return `${name}/${jobDefinition(name).dedupe(payload)}`;
}

function unfinished(state: string): JobState | undefined {
  if (state === 'active' || state === 'delayed') return state;
  return state === 'waiting' || state === 'prioritized' ? 'waiting' : undefined;
}

async function countsOf([name, queue]: [QueueName, OpenQueue]): Promise<[QueueName, QueueCounts]> {
  const found = await queue.getJobCounts('wait', 'active', 'delayed', 'failed', 'completed');
  const { wait = 0, active = 0, delayed = 0, failed = 0, completed = 0 } = found;
  return [name, { waiting: wait, active, delayed, failed, completed }];
}
