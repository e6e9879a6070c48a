import { severities } from '@tidewaiter/contracts';
import { z } from 'zod';

const Count = z.int().nonnegative();

/** What a scan is about; the same in every event of the scan. */
const ScanSubject = z.object({
  scanId: z.uuid(),
  registry: z.string().optional(),
  repository: z.string(),
  tag: z.string().optional(),
  digest: z.string(),
});

/** What is changed in a registry; the same in every event of the action. */
const ActionSubject = z.object({
  actionId: z.uuid(),
  registry: z.string(),
  repository: z.string().optional(),
  tag: z.string().optional(),
  digest: z.string().optional(),
  kind: z.string(),
});

const PausedWork = z.object({ registry: z.string().optional(), lane: z.string().optional(), by: z.string() });

/** What can happen, and what is told about it. Payloads name rows; they are small and hold no document. */
export const activityPayloads = {
  'delivery.processed': z.object({
    deliveryId: z.uuid(),
    registry: z.string(),
    /** processed | ignored | duplicate, as the row says. */
    state: z.string(),
    action: z.string().optional(),
    repository: z.string().optional(),
    tag: z.string().optional(),
    digest: z.string().optional(),
  }),
  'scan.queued': ScanSubject.extend({ cause: z.string().optional() }),
  'scan.started': ScanSubject,
  'scan.finished': ScanSubject.extend({
    /** One a platform. */
    images: Count,
    findings: z.partialRecord(z.enum([...severities, 'undetermined']), Count).optional(),
  }),
  /** At most once a second, of scans that somebody waits for. */
  'scan.progress': ScanSubject.extend({
    /** Of the image that is being read, one of several for an index. */
    image: z.string(),
    layersDone: Count,
    layers: Count,
    /** Stored bytes of its layers: read or known already, and of how many. Rows of earlier releases have neither. */
    bytesDone: Count.optional(),
    bytes: Count.optional(),
    /** Of the whole scan, what came over the network. */
    pulledBytes: Count,
  }),
  'scan.cancelled': ScanSubject.extend({ by: z.string() }),
  'scan.failed': ScanSubject.extend({ code: z.string(), message: z.string().optional() }),
  /** Of a registry or of a lane: no scan of it is begun until it is resumed. */
  'work.paused': PausedWork.extend({ reason: z.string() }),
  'work.resumed': PausedWork,
  /** A tag that must not move did; without a digest, it is gone. */
  'tag.moved': z.object({
    registry: z.string(),
    repository: z.string(),
    tag: z.string(),
    digest: z.string().optional(),
    previousDigest: z.string().optional(),
    source: z.string(),
    seenAt: z.iso.datetime(),
  }),
  'feed.refreshed': z.object({
    feed: z.string(),
    outcome: z.enum(['changed', 'unchanged', 'failed']),
    records: Count.optional(),
    changed: Count.optional(),
    problems: Count.optional(),
    message: z.string().optional(),
  }),
  /** Packages were judged again because advisories changed. */
  'rematch.finished': z.object({ packages: Count, changes: Count, images: Count }),
  /** Another model made the EPSS scores: all of them moved, and none of them says anything new. */
  'epss.model-changed': z.object({ from: z.string(), to: z.string(), scoreDate: z.string() }),
  /** The verdict about an image in quarantine stands. */
  'action.decided': ActionSubject.extend({ dryRun: z.boolean(), reason: z.string() }),
  /** Something was changed in a registry, or the registry did not let us. */
  'action.finished': ActionSubject.extend({ outcome: z.string(), code: z.string().optional() }),
  'notification.sent': z.object({ notificationId: z.uuid(), channel: z.string(), subject: z.string() }),
} as const;

export const ActivityKind = z.object(activityPayloads).keyof();
export type ActivityKind = z.infer<typeof ActivityKind>;
export type ActivityPayload<K extends ActivityKind> = z.infer<(typeof activityPayloads)[K]>;

/** An event as it is told: the `data` of a server-sent event. */
export const ActivityEvent = z.object({
  /** Grows, but not without gaps. The same number is the same event. */
  id: z.string(),
  at: z.iso.datetime(),
  kind: z.string(),
  payload: z.record(z.string(), z.unknown()),
});
export type ActivityEvent = z.infer<typeof ActivityEvent>;

export const EventsQuery = z.strictObject({
  kind: z
    .string()
    .max(500)
    .transform((value) => value.split(','))
    .pipe(z.array(ActivityKind).min(1))
    .optional()
    .describe('Only these kinds, separated by commas.'),
  lastEventId: z
    .string()
    .regex(/^\d{1,18}$/, 'must be the id of an event')
    .optional()
    .describe('Resume after this event; for clients that cannot send the header Last-Event-ID.'),
});
export type EventsQuery = z.infer<typeof EventsQuery>;
