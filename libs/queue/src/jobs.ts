import type { QueueName } from '@tidewaiter/config';
import type { Lane } from '@tidewaiter/contracts';
import { z } from 'zod';

/**
 * Every job there is. All options of a job live in its entry and nowhere else.
 * Payloads carry ids, never documents: the row in PostgreSQL is the truth, the job only says "look at it".
 */
export interface JobDefinition<P = unknown> {
  readonly queue: QueueName;
  /** Parsed when the job is queued and again when it is run: the two may be different versions of the program. */
  readonly payload: z.ZodType<P>;
  /** How often the job is run at most, the first time included. */
  readonly attempts: number;
  /** The wait before attempt n+1 doubles from the first to the last of these; a wait the other side asked for counts more. */
  readonly backoff: { readonly firstMs: number; readonly lastMs: number };
  /** The part of a worker's concurrency that the job's queue may use; all of it when left out. At least one runs. */
  readonly share?: number;
  /** After this the handler's signal is aborted and the attempt counts as failed. */
  readonly timeoutMs: number;
  /** Jobs of the same name and the same key are one job for as long as the first is not finished. */
  dedupe(payload: P): string;
  /**
   * What queueing does while the same job is being run. `ignore`: nothing, the run covers it. `again`: it is run once more
   * afterwards, for jobs that look for work once and would miss what came after the look.
   */
  readonly whileRunning: 'ignore' | 'again';
  /** How long finished jobs can be looked at. */
  readonly retention: { readonly completed: Keep; readonly failed: Keep };
}

export interface Keep {
  readonly ageSeconds: number;
  readonly count: number;
}

/** They are processed one after the other: the last of so many still waits for less than a push may take. */
export const maxDeliveriesTogether = 20;

const minuteMs = 60_000;
const daySeconds = 86_400;
const retention = {
  completed: { ageSeconds: 3_600, count: 1_000 },
  failed: { ageSeconds: 7 * daySeconds, count: 5_000 },
} as const;

/**
 * Carries out one scan row: pull, read, match. Each lane has a queue of its own, so that nothing a push waits for stands
 * behind a backfill, however long that is.
 */
const imageScan = {
  payload: z.strictObject({ scanId: z.uuid() }),
  attempts: 5,
  backoff: { firstMs: 2_000, lastMs: 10 * minuteMs },
  timeoutMs: 30 * minuteMs,
  dedupe: ({ scanId }: { readonly scanId: string }) => scanId,
  whileRunning: 'ignore',
  retention,
} as const;

export const jobs = {
  /** Reads one stored webhook delivery and queues what it asks for. */
  'delivery.process': defineJob({
    queue: 'events',
    payload: z.strictObject({ deliveryId: z.uuid() }),
    attempts: 8,
    backoff: { firstMs: 500, lastMs: 2 * minuteMs },
    timeoutMs: minuteMs,
    dedupe: ({ deliveryId }) => deliveryId,
    whileRunning: 'ignore',
    retention,
  }),
  /**
   * The same for deliveries that were stored together: one job costs the receiver a fraction of many. What cannot be done at
   * once is queued alone.
   */
  'deliveries.process': defineJob({
    queue: 'events',
    payload: z.strictObject({ deliveryIds: z.array(z.uuid()).min(1).max(maxDeliveriesTogether) }),
    attempts: 8,
    backoff: { firstMs: 500, lastMs: 2 * minuteMs },
    timeoutMs: 10 * minuteMs,
    // Each is in one group only.
    dedupe: ({ deliveryIds }) => deliveryIds[0] ?? '',
    whileRunning: 'ignore',
    retention,
  }),
  'image.scan.push': defineJob({ ...imageScan, queue: 'scan-push' }),
  'image.scan.user': defineJob({ ...imageScan, queue: 'scan-user' }),
  'image.scan.rescan': defineJob({ ...imageScan, queue: 'scan-rescan', share: 0.5 }),
  'image.scan.backfill': defineJob({ ...imageScan, queue: 'scan-backfill', share: 0.25 }),
  /** Looks whether one feed has changed and stores what has. */
  'feed.refresh': defineJob({
    queue: 'feeds',
    payload: z.strictObject({ feedId: z.string().min(1).max(500) }),
    attempts: 4,
    backoff: { firstMs: 5_000, lastMs: 10 * minuteMs },
    timeoutMs: 60 * minuteMs,
    dedupe: ({ feedId }) => feedId,
    whileRunning: 'ignore',
    retention,
  }),
  /** Judges again the packages that changed advisories touch. */
  'rematch.run': defineJob({
    queue: 'rematch',
    payload: z.strictObject({}),
    attempts: 8,
    backoff: { firstMs: 1_000, lastMs: 5 * minuteMs },
    timeoutMs: 30 * minuteMs,
    dedupe: () => 'all',
    whileRunning: 'again',
    retention,
  }),
  /** Ranks images anew whose counts changed: lists find their pages faster by it. */
  'images.rank': defineJob({
    queue: 'rematch',
    payload: z.strictObject({}),
    attempts: 4,
    backoff: { firstMs: 1_000, lastMs: 5 * minuteMs },
    timeoutMs: 30 * minuteMs,
    dedupe: () => 'all',
    whileRunning: 'again',
    retention,
  }),
  /** Sends what waits in the outbox of one channel. */
  'notification.send': defineJob({
    queue: 'notify',
    payload: z.strictObject({ channelId: z.string().min(1).max(200) }),
    attempts: 12,
    backoff: { firstMs: 1_000, lastMs: 15 * minuteMs },
    timeoutMs: 2 * minuteMs,
    dedupe: ({ channelId }) => channelId,
    whileRunning: 'again',
    retention,
  }),
  /** Compares one registry's catalogue with what is known of it. */
  'registry.reconcile': defineJob({
    queue: 'reconcile',
    payload: z.strictObject({ registryId: z.int().positive() }),
    attempts: 4,
    backoff: { firstMs: 5_000, lastMs: 10 * minuteMs },
    timeoutMs: 60 * minuteMs,
    dedupe: ({ registryId }) => String(registryId),
    whileRunning: 'ignore',
    retention,
  }),
  /** Decides about what waits in a registry's quarantine and carries out what is to be changed there. */
  'registry.act': defineJob({
    queue: 'actuate',
    payload: z.strictObject({ registryId: z.int().positive() }),
    attempts: 4,
    backoff: { firstMs: 1_000, lastMs: minuteMs },
    timeoutMs: 10 * minuteMs,
    dedupe: ({ registryId }) => String(registryId),
    whileRunning: 'again',
    retention,
  }),
  /** Marks everything of a registry that was never in quarantine, as one action asks. */
  'registry.mark-existing': defineJob({
    queue: 'actuate',
    payload: z.strictObject({ actionId: z.uuid() }),
    attempts: 10,
    backoff: { firstMs: 5_000, lastMs: 10 * minuteMs },
    timeoutMs: 60 * minuteMs,
    dedupe: ({ actionId }) => actionId,
    whileRunning: 'ignore',
    retention,
  }),
} as const;

type Jobs = typeof jobs;
export type JobName = keyof Jobs;
export type JobPayload<N extends JobName> = z.infer<Jobs[N]['payload']>;
/** The jobs that some queue carries. */
export type JobOf<Q extends QueueName> = { [N in JobName]: Jobs[N]['queue'] extends Q ? N : never }[JobName];

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}

export const jobNames: readonly JobName[] = Object.keys(jobs).filter(isJobName);

const definitions: { readonly [N in JobName]: JobDefinition<JobPayload<N>> } = jobs;

/** The job that carries out a scan in its lane. */
export function scanJob(lane: Lane): `image.scan.${Lane}` {
  return `image.scan.${lane}`;
}

/** The entry of a job, its payload as narrow as the name. */
export function jobDefinition<N extends JobName>(name: N): JobDefinition<JobPayload<N>> {
  return definitions[name];
}

/** Keeps the name of the queue literal, so that JobOf can tell the queues apart. */
function defineJob<const Q extends QueueName, P>(
  definition: JobDefinition<P> & { readonly queue: Q },
): typeof definition {
  return definition;
}
