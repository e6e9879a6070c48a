import { Digest, Lane } from '@tidewaiter/contracts';
import { named, pageOf, pageQuery } from '@tidewaiter/server';
import { z } from 'zod';

export const ScanState = z.enum(['queued', 'running', 'finished', 'failed', 'cancelled']);

export const ScanListQuery = z.strictObject({
  ...pageQuery,
  registry: z.string().max(255).optional().describe('Name of a registry.'),
  repository: z.string().max(255).optional().describe('Name of a repository, in full.'),
  digest: Digest.optional().describe('Of the manifest or index.'),
  state: ScanState.optional(),
});
export type ScanListQuery = z.infer<typeof ScanListQuery>;

export const IdParams = z.strictObject({ id: z.uuid() });
export type IdParams = z.infer<typeof IdParams>;

/** One request to look at a manifest, and what came of it. */
export const ScanRecord = named(
  'Scan',
  z.object({
    id: z.uuid(),
    registry: z.string(),
    repository: z.string(),
    tag: z.string().nullable(),
    digest: z.string(),
    /** `attachment`: something that may vouch for its findings was attached to it. */
    cause: z.enum(['push', 'user', 'attachment', 'revision', 'reconcile', 'retry']),
    lane: Lane,
    state: ScanState,
    /** Name of the API key whose owner cancelled it. */
    cancelledBy: z.string().nullable(),
    attempts: z.number().int(),
    requestedAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    /** Blob bytes pulled for it; 0 when every layer was known. */
    pulledBytes: z.number().int(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    deliveryId: z.uuid().nullable(),
  }),
);
export type ScanRecord = z.infer<typeof ScanRecord>;

export const ScanPage = named('ScanPage', pageOf(ScanRecord));
export type ScanPage = z.infer<typeof ScanPage>;

export const DeliveryState = z.enum(['received', 'processed', 'ignored', 'duplicate', 'rejected', 'failed']);

export const DeliveryListQuery = z.strictObject({
  ...pageQuery,
  registry: z.string().max(255).optional().describe('Name of a registry, as the delivery named it.'),
  source: z.string().max(50).optional().describe('Who told it, such as acr or eventgrid.'),
  action: z.string().max(50).optional().describe('What it tells of, such as push or delete.'),
  repository: z.string().max(255).optional().describe('Name of a repository, in full.'),
  digest: Digest.optional(),
  state: DeliveryState.optional(),
});
export type DeliveryListQuery = z.infer<typeof DeliveryListQuery>;

/** One call of a registry's webhook, kept whatever became of it. */
export const DeliveryRecord = named(
  'Delivery',
  z.object({
    id: z.uuid(),
    registry: z.string(),
    source: z.string(),
    receivedAt: z.iso.datetime(),
    processedAt: z.iso.datetime().nullable(),
    state: DeliveryState,
    eventId: z.string().nullable(),
    action: z.string().nullable(),
    repository: z.string().nullable(),
    tag: z.string().nullable(),
    digest: z.string().nullable(),
    /** As the registry wrote it. */
    occurredAt: z.string().nullable(),
    /** The replica that told it, where the registry says so. */
    region: z.string().nullable(),
    /** What it asked for. */
    scanIds: z.array(z.uuid()),
    /** Why it was rejected, failed, or nothing was done. */
    problem: z.object({ code: z.string(), message: z.string() }).nullable(),
    /** The first bytes of the body. */
    bodyExcerpt: z.string().nullable(),
  }),
);
export type DeliveryRecord = z.infer<typeof DeliveryRecord>;

export const DeliveryPage = named('DeliveryPage', pageOf(DeliveryRecord));
export type DeliveryPage = z.infer<typeof DeliveryPage>;
