import { PauseRecord } from '@tidewaiter/features/registries';
import { named, pageOf, pageQuery } from '@tidewaiter/server';
import { z } from 'zod';

/**
 * scanned, partial, unsupported: what the last finished scan found, or it is no image at all. queued, running, failed, cancelled:
 * none has finished yet. excluded: a rule leaves it out. deleted: the registry no longer has it. unscanned: seen a moment ago, and
 * no scan was asked for yet; none stays so after a walk through the registry.
 */
export const coverageStates = [
  'scanned',
  'partial',
  'queued',
  'running',
  'failed',
  'cancelled',
  'unsupported',
  'excluded',
  'unscanned',
  'deleted',
] as const;

export const CoverageState = named('CoverageState', z.enum(coverageStates));
export type CoverageState = z.infer<typeof CoverageState>;

export const CoverageQuery = z.strictObject({
  registry: z.string().max(255).optional().describe('Name of a registry.'),
  repository: z.string().max(255).optional().describe('Name of a repository, in full.'),
});
export type CoverageQuery = z.infer<typeof CoverageQuery>;

/** `total` is the sum of the states but `deleted`: what the registry has, and nothing is unaccounted for. */
export const CoverageCounts = named(
  'CoverageCounts',
  z.object({
    scanned: z.number().int(),
    partial: z.number().int(),
    queued: z.number().int(),
    running: z.number().int(),
    failed: z.number().int(),
    cancelled: z.number().int(),
    unsupported: z.number().int(),
    excluded: z.number().int(),
    unscanned: z.number().int(),
    deleted: z.number().int(),
    total: z.number().int(),
  }),
);
export type CoverageCounts = z.infer<typeof CoverageCounts>;

export const Coverage = named(
  'Coverage',
  z.object({
    totals: CoverageCounts,
    repositories: z.array(
      z.object({
        registry: z.string(),
        repository: z.string(),
        counts: CoverageCounts,
        /** The registry refuses us, or no key opens its credentials: what is known of the repository is as of then. */
        accessLost: z.object({ code: z.string(), message: z.string(), since: z.iso.datetime() }).nullable(),
      }),
    ),
  }),
);
export type Coverage = z.infer<typeof Coverage>;

export const CoverageEntryListQuery = z.strictObject({
  ...pageQuery,
  ...CoverageQuery.shape,
  state: CoverageState.optional(),
});
export type CoverageEntryListQuery = z.infer<typeof CoverageEntryListQuery>;

/** One line of the ledger: a tag (or an untagged manifest) and one platform it leads to. */
export const CoverageEntry = named(
  'CoverageEntry',
  z.object({
    registry: z.string(),
    repository: z.string(),
    /** Null for a manifest that no tag points to. */
    tag: z.string().nullable(),
    /** Of the manifest or index the tag points to. */
    digest: z.string(),
    /** Of the platform's image; null while none is known. */
    imageDigest: z.string().nullable(),
    platform: z.string().nullable(),
    state: CoverageState,
    /** Why it is partial, failed or unsupported. */
    reason: z.object({ code: z.string(), message: z.string() }).nullable(),
    /** Name of the rule that leaves it out. */
    excludedBy: z.string().nullable(),
    /** When a failed scan is tried again. */
    nextTryAt: z.iso.datetime().nullable(),
    /** Why its scan, which is queued, is not begun: its registry or lane is paused. */
    pause: PauseRecord.nullable(),
    /** The latest scan of the manifest, which may be a rescan that failed after a good one. */
    scan: z.object({ id: z.string(), state: z.string() }).nullable(),
  }),
);
export type CoverageEntry = z.infer<typeof CoverageEntry>;

export const CoverageEntryPage = named('CoverageEntryPage', pageOf(CoverageEntry));
export type CoverageEntryPage = z.infer<typeof CoverageEntryPage>;

/** How far behind we are. */
export const CoverageLag = named(
  'CoverageLag',
  z.object({
    /** Scans that wait or run. */
    waiting: z.number().int(),
    /** Of these, held back because their registry or lane is paused. */
    heldBack: z.number().int(),
    oldestWaitingAt: z.iso.datetime().nullable(),
    /** Of the pushes whose verdict came in the last day: from the event to the verdict. */
    pushToVerdict: z.object({
      pushes: z.number().int(),
      p50Seconds: z.number().nullable(),
      p95Seconds: z.number().nullable(),
      budgetSeconds: z.number(),
      /** Share of them within the budget, 0 to 1; null when there were none. */
      withinBudget: z.number().nullable(),
    }),
  }),
);
export type CoverageLag = z.infer<typeof CoverageLag>;
