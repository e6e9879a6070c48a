import { Digest, RepositoryName } from '@tidewaiter/contracts';
import { named, pageOf, pageQuery } from '@tidewaiter/server';
import { z } from 'zod';

/** `decide` is an image in quarantine whose verdict does not stand yet; it becomes `release` or `hold`. */
export const ActionKind = z.enum(['decide', 'release', 'hold', 'disable-pull', 'restore-pull', 'mark-existing']);
export type ActionKind = z.infer<typeof ActionKind>;

/**
 * `waiting` for a verdict, `pending`: decided and to be done, `planned`: what a dry run would do, `superseded` by what
 * somebody decided meanwhile.
 */
export const ActionState = z.enum(['waiting', 'pending', 'done', 'failed', 'planned', 'superseded']);
export type ActionState = z.infer<typeof ActionState>;

const Reason = z.string().trim().min(1).max(1_000).describe('Why, for whoever reads the audit.');

/** Something that was, will be or would be changed in a registry. */
export const Action = named(
  'Action',
  z.object({
    id: z.uuid(),
    registry: z.string(),
    repository: z.string().nullable(),
    tag: z.string().nullable(),
    digest: z.string().nullable(),
    kind: ActionKind,
    state: ActionState,
    dryRun: z.boolean(),
    /** `rule`, or the name of an API key. */
    requestedBy: z.string(),
    /** Why it is done, or why nothing is done yet. */
    reason: z.string(),
    /** The attributes as they were before. */
    before: z.record(z.string(), z.unknown()).nullable(),
    /** What came of it. */
    outcome: z.string().nullable(),
    /** What went wrong last, and what to do about it. */
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    attempts: z.number().int(),
    /** Of what is pending or failed: not before; null: at once, or never again. */
    nextTryAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    /** When the registry told of the push that follows a release. */
    confirmedAt: z.iso.datetime().nullable(),
    /** The action it takes back. */
    undoes: z.uuid().nullable(),
  }),
);
export type Action = z.infer<typeof Action>;

export const ActionPage = named('ActionPage', pageOf(Action));
export type ActionPage = z.infer<typeof ActionPage>;

export const ActionListQuery = z.strictObject({
  ...pageQuery,
  registry: z.string().max(255).optional().describe('Name of a registry.'),
  repository: z.string().max(255).optional().describe('Name of a repository, in full.'),
  digest: Digest.optional(),
  kind: ActionKind.optional(),
  state: ActionState.optional(),
  dryRun: z.enum(['true', 'false']).optional(),
});
export type ActionListQuery = z.infer<typeof ActionListQuery>;

export const ActionParams = z.strictObject({ id: z.uuid() });
export type ActionParams = z.infer<typeof ActionParams>;

export const ActionOrder = named(
  'ActionOrder',
  z.strictObject({
    registry: z.string().max(255),
    repository: RepositoryName,
    digest: Digest,
    kind: z.enum(['release', 'hold', 'disable-pull']),
    reason: Reason,
    evenIfRunning: z
      .boolean()
      .default(false)
      .describe('For `disable-pull`: do it although the image may be running. Where images run is not known here.'),
    dryRun: z.boolean().default(false).describe('Only say what would be done.'),
  }),
);
export type ActionOrder = z.infer<typeof ActionOrder>;

export const ActionUndo = named('ActionUndo', z.strictObject({ reason: Reason }));
export type ActionUndo = z.infer<typeof ActionUndo>;

export const MarkExisting = named(
  'MarkExisting',
  z.strictObject({
    registry: z.string().max(255),
    reason: Reason,
    dryRun: z.boolean().default(true).describe('Only count what has no mark. Say false to mark it.'),
  }),
);
export type MarkExisting = z.infer<typeof MarkExisting>;

/** The attributes that are kept of a manifest before it is changed. */
export const AttributesBefore = z.object({
  readEnabled: z.boolean(),
  quarantineState: z.string().optional(),
});
export type AttributesBefore = z.infer<typeof AttributesBefore>;
