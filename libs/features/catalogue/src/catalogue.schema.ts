import { named, pageOf, pageQuery } from '@tidewaiter/server';
import { z } from 'zod';

export const RegistryNameParams = z.object({ name: z.string().min(1).max(63) });
export type RegistryNameParams = z.infer<typeof RegistryNameParams>;

export const ReconcileOrder = named(
  'ReconcileOrder',
  z.strictObject({
    full: z
      .boolean()
      .default(false)
      .describe('Lists every repository, also those that say of themselves that nothing has changed.'),
  }),
);
export type ReconcileOrder = z.infer<typeof ReconcileOrder>;

/** One walk through a registry's catalogue. */
export const Reconcile = named(
  'Reconcile',
  z.object({
    id: z.uuid(),
    registry: z.string(),
    cause: z.enum(['schedule', 'user']),
    /** It lists every repository; others skip those whose attributes are the same as before. */
    full: z.boolean(),
    /** waiting: for a worker. interrupted: its worker is gone; another goes on at the cursor. */
    state: z.enum(['waiting', 'running', 'interrupted', 'finished', 'incomplete']),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    /** The last repository of the catalogue that was compared. */
    cursor: z.string().nullable(),
    /** How often another worker went on with it. */
    resumed: z.number().int(),
    repositories: z.number().int(),
    /** Of these, skipped because nothing had changed. */
    unchanged: z.number().int(),
    tags: z.number().int(),
    /** Tags that were new or pointed elsewhere than was known. */
    moved: z.number().int(),
    /** Tags and manifests that are gone. */
    deleted: z.number().int(),
    /** Scans it asked for. */
    requested: z.number().int(),
    /** Repositories that the registry refused. */
    refused: z.number().int(),
    /** Repositories that could not be compared for another reason. */
    failed: z.number().int(),
    problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  }),
);
export type Reconcile = z.infer<typeof Reconcile>;

export const ReconcileListQuery = z.strictObject(pageQuery);
export type ReconcileListQuery = z.infer<typeof ReconcileListQuery>;

export const ReconcilePage = named('ReconcilePage', pageOf(Reconcile));
export type ReconcilePage = z.infer<typeof ReconcilePage>;

export const TimelineQuery = z.strictObject({
  ...pageQuery,
  registry: z.string().min(1).max(255).describe('Name of a registry.'),
  repository: z.string().min(1).max(255).describe('Name of a repository, in full.'),
  tag: z.string().min(1).max(128),
});
export type TimelineQuery = z.infer<typeof TimelineQuery>;

/** For how long a tag pointed to a digest, as far as was seen. */
export const TagObservationRecord = named(
  'TagObservation',
  z.object({
    /** Null: the tag was gone. */
    digest: z.string().nullable(),
    /** Who told first. */
    source: z.enum(['webhook', 'event-grid', 'reconcile', 'user']),
    firstSeenAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime(),
    /** It is what the tag points to now. */
    current: z.boolean(),
    /** The tag had left this digest and was seen there again soon after: replicas, or two who push, disagree. */
    disagrees: z.boolean(),
  }),
);
export type TagObservationRecord = z.infer<typeof TagObservationRecord>;

export const TagTimelinePage = named('TagTimeline', pageOf(TagObservationRecord));
export type TagTimelinePage = z.infer<typeof TagTimelinePage>;

export const DisagreementQuery = z.strictObject({ registry: z.string().max(255).optional() });
export type DisagreementQuery = z.infer<typeof DisagreementQuery>;

/** A tag that was seen at a digest again soon after it had left it. */
export const TagDisagreement = named(
  'TagDisagreement',
  z.object({
    registry: z.string(),
    repository: z.string(),
    tag: z.string(),
    digests: z.array(z.string()),
    lastSeenAt: z.iso.datetime(),
  }),
);
export type TagDisagreement = z.infer<typeof TagDisagreement>;

export const TagDisagreements = named('TagDisagreements', z.object({ items: z.array(TagDisagreement) }));
export type TagDisagreements = z.infer<typeof TagDisagreements>;
