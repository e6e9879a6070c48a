import { defineSlice, optional, withDefault, type SliceValue } from '../slice';
import { integer, listOf, oneOf, text } from '../value';
import { keyFiles, maxShrinkPercent, stallSeconds } from './advisories';

/** The queues there are. A worker serves some or all of them. Scans have one for each lane: docs/glossary.md. */
export const queueNames = [
  'events',
  'scan-push',
  'scan-user',
  'scan-rescan',
  'scan-backfill',
  'reconcile',
  'actuate',
  'feeds',
  'rematch',
  'notify',
] as const;
export type QueueName = (typeof queueNames)[number];

export const workerConfig = defineSlice({
  title: 'Worker',
  doc: 'What a worker does, and how much of it at a time.',
  settings: {
    queues: withDefault('WORKER_QUEUES', queueNames.join(','), listOf(oneOf(queueNames)), {
      doc: 'The queues this worker serves, separated by commas.',
    }),
    concurrency: withDefault('WORKER_CONCURRENCY', '4', integer({ min: 1, max: 256 }), {
      doc: 'Jobs at a time, per queue; rescans get half of it and backfill a quarter, so that they never crowd out a push.',
    }),
    lockMs: withDefault('WORKER_LOCK_MS', '30000', integer({ min: 1_000, max: 600_000 }), {
      doc: 'A job whose worker has been silent for this long (milliseconds) is given to another worker.',
    }),
    scanLimits: optional('SCAN_LIMITS', listOf(text()), {
      doc: 'What reading an image may cost, where it differs from the defaults: NAME=NUMBER, separated by commas. A wrong name is answered with all of them.',
    }),
    attachedVex: withDefault('ATTACHED_VEX', 'shown', oneOf(['shown', 'off']), {
      doc: '`shown`: VEX documents attached to images in their registry (OCI referrers) are read and shown on findings. `off`: they are not asked for.',
    }),
    attachedVexBelieved: optional('ATTACHED_VEX_BELIEVED', listOf(text()), {
      doc: 'Repositories whose attached VEX documents suppress findings, as HOST/NAME with `*` for any number of characters, separated by commas. No signature is checked: whoever may push there is believed.',
    }),
    maxShrinkPercent,
    stallSeconds,
    keyFiles,
    alertMinutes: withDefault('ADVISORIES_ALERT_MINUTES', '1440', integer({ min: 1, max: 525_600 }), {
      doc: 'A source that could not be read for this many minutes is told of where alerts go, once until it can be read again.',
    }),
  },
});
export type WorkerConfig = SliceValue<typeof workerConfig>;
