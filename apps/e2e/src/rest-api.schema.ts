import { z } from 'zod';

/** What the tests read of the answers; the API may well say more. Written down here anew, as a client of ours would. */
export const RestImage = z.object({
  digest: z.string(),
  platform: z.string().nullable(),
  state: z.string(),
  complete: z.boolean(),
  where: z.array(z.object({ registry: z.string(), repository: z.string(), tags: z.array(z.string()) })),
  packages: z.number().nullable(),
  findings: z
    .object({ critical: z.number(), high: z.number(), fixable: z.number(), undetermined: z.number() })
    .nullable(),
});
export type RestImage = z.infer<typeof RestImage>;

export const RestFinding = z.object({
  vulnerability: z.object({ id: z.string(), aliases: z.array(z.string()) }),
  package: z.object({ purl: z.string(), name: z.string(), version: z.string() }),
  verdict: z.string(),
  reason: z.string().optional(),
  severity: z.string(),
  severitySource: z.string().optional(),
  score: z.number().optional(),
  fixedIn: z.string().optional(),
  fixState: z.string().optional(),
  malicious: z.boolean().optional(),
  risk: z.number().optional(),
  advisory: z.object({ feed: z.string(), id: z.string() }),
  also: z.array(z.object({ feed: z.string(), id: z.string() })),
});
export type RestFinding = z.infer<typeof RestFinding>;

export const RestPackage = z.object({
  ecosystem: z.string(),
  name: z.string(),
  version: z.string(),
  purl: z.string(),
  source: z.object({ name: z.string(), version: z.string().optional() }).optional(),
  layer: z.object({ index: z.number() }),
});
export type RestPackage = z.infer<typeof RestPackage>;

export const RestScan = z.object({
  id: z.string(),
  repository: z.string(),
  tag: z.string().nullable(),
  digest: z.string(),
  cause: z.string(),
  state: z.string(),
  attempts: z.number(),
  pulledBytes: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type RestScan = z.infer<typeof RestScan>;

export const RestDelivery = z.object({
  id: z.string(),
  state: z.string(),
  source: z.string(),
  action: z.string().nullable(),
  repository: z.string().nullable(),
  problem: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type RestDelivery = z.infer<typeof RestDelivery>;

export const RestFeed = z.object({
  id: z.string(),
  state: z.string(),
  records: z.number(),
  lastAttemptAt: z.string().nullable(),
  lastSuccessAt: z.string().nullable(),
  lastChangeAt: z.string().nullable(),
  lastError: z.string().nullable(),
});
export type RestFeed = z.infer<typeof RestFeed>;

export const RestAffectedImage = z.object({
  image: RestImage,
  packages: z.array(z.object({ name: z.string(), version: z.string(), fixedIn: z.string().optional() })),
});
export type RestAffectedImage = z.infer<typeof RestAffectedImage>;

export const RestCoverage = z.object({
  totals: z.object({
    scanned: z.number(),
    partial: z.number(),
    queued: z.number(),
    running: z.number(),
    failed: z.number(),
    unsupported: z.number(),
    unscanned: z.number(),
    total: z.number(),
  }),
});
export type RestCoverage = z.infer<typeof RestCoverage>;

export const RestProblem = z.object({ status: z.number(), code: z.string(), title: z.string(), detail: z.string() });
export type RestProblem = z.infer<typeof RestProblem>;

export const RestRequestedScan = z.object({ id: z.string() });
export type RestRequestedScan = z.infer<typeof RestRequestedScan>;

export const RestCoverageEntry = z.object({
  repository: z.string(),
  tag: z.string().nullable(),
  digest: z.string(),
  state: z.string(),
});
export type RestCoverageEntry = z.infer<typeof RestCoverageEntry>;

export const RestReconcile = z.object({
  id: z.string(),
  state: z.string(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  refused: z.number(),
  failed: z.number(),
});
export type RestReconcile = z.infer<typeof RestReconcile>;
