import type { Database, Transaction } from '@tidewaiter/db';
import { recordDeleted, recordUntagged } from '@tidewaiter/features/scans';

export type Delivery = NonNullable<Awaited<ReturnType<Database['delivery']['findUnique']>>>;

/** A delivery that speaks of content. */
export interface ContentRow extends Delivery {
  readonly registryId: number;
  readonly repository: string;
}

export interface End {
  readonly state: 'processed' | 'ignored' | 'duplicate' | 'failed';
  readonly problem?: string;
  readonly problemCode?: string;
}

export interface ScanTarget {
  readonly digest: string;
  readonly tag?: string;
}

/** The same push is told by webhook, by Event Grid and by each replica when its copy arrives: not all at once. */
const samePushMs = 10 * 60_000;
const sameTimeMs = 60_000;
/** Rows of the same content that are looked at. */
const maxTwins = 50;

/** False when somebody else finished it meanwhile. */
export async function finish(tx: Transaction, id: string, end: End): Promise<boolean> {
  const { count } = await tx.delivery.updateMany({
    where: { id, state: 'received' },
    data: { ...end, processedAt: new Date() },
  });
  return count === 1;
}

/** When it happened, in milliseconds; when it came where the sender does not say. */
export function occurrenceOf({ occurredAt, receivedAt }: Pick<Delivery, 'occurredAt' | 'receivedAt'>): number {
  const time = Date.parse(occurredAt ?? '');
  return Number.isNaN(time) ? receivedAt.getTime() : time;
}

/** For events of what is not there: they need no row of a repository that we never heard of. */
export async function lockKnownRepository(tx: Transaction, { registryId, repository }: ContentRow): Promise<void> {
  await tx.$queryRaw`SELECT id FROM repository WHERE registry_id = ${registryId} AND name = ${repository} FOR NO KEY UPDATE`;
}

/** Another text as soon as anything was written about the tag and the manifest (or all of the repository) an event names. */
export async function stampOf(tx: Transaction, { registryId, repository, tag, digest }: ContentRow): Promise<string> {
  const [row] = await tx.$queryRaw<{ stamp: string }[]>`
    SELECT md5(string_agg(version, ' ' ORDER BY version)) AS stamp FROM (
      SELECT 'tag ' || t.id || ' ' || t.xmin AS version
        FROM tag t JOIN repository r ON r.id = t.repository_id
       WHERE r.registry_id = ${registryId} AND r.name = ${repository} AND t.name = ${tag}
      UNION ALL
      SELECT 'manifest ' || m.id || ' ' || m.xmin
        FROM manifest m JOIN repository r ON r.id = m.repository_id
       WHERE r.registry_id = ${registryId} AND r.name = ${repository}
         AND (m.digest = ${digest} OR (${digest}::text IS NULL AND ${tag}::text IS NULL))) versions`;
  return row?.stamp ?? '';
}

/**
 * The delivery that told of the same push before, if what it led to still stands: the tag and the manifests are as it left them
 * and their scans have not failed. A tag that was moved away and back within minutes is another push.
 */
export async function pushToldBefore(
  tx: Transaction,
  event: ContentRow,
  targets: readonly ScanTarget[],
): Promise<{ readonly id: string; readonly source: string } | undefined> {
  const { id, registryId, repository, tag, digest } = event;
  const twins = await tx.delivery.findMany({
    where: {
      registryId,
      repository,
      tag,
      digest,
      action: { in: ['push', 'quarantine'] },
      state: 'processed',
      id: { not: id },
    },
    select: { id: true, source: true, occurredAt: true, receivedAt: true },
    orderBy: { receivedAt: 'desc' },
    take: maxTwins,
  });
  const first = twins.find((twin) => Math.abs(occurrenceOf(twin) - occurrenceOf(event)) <= samePushMs);
  if (first === undefined) return undefined;
  return (await allStand(tx, event, targets)) ? first : undefined;
}

/** Whether the tag and the manifests are as they were left and their scans have not failed. */
export async function allStand(tx: Transaction, event: ContentRow, targets: readonly ScanTarget[]): Promise<boolean> {
  for (const target of targets) if (!(await stands(tx, event, target))) return false;
  return true;
}

/**
 * Whether just this was asked for after the event had happened, and stands: whoever asked saw what the event tells of. So it is
 * when an event of a tag that has moved led to where the tag is now, or a walk through the catalogue was faster.
 */
export async function isSeenSince(tx: Transaction, event: ContentRow, target: ScanTarget): Promise<boolean> {
  const { registryId, repository } = event;
  const scan = await tx.scan.findFirst({
    where: {
      manifest: { digest: target.digest, repository: { registryId, name: repository } },
      tag: target.tag ?? null,
      state: { not: 'failed' },
      requestedAt: { gte: new Date(occurrenceOf(event)) },
    },
    select: { id: true },
  });
  return scan !== null && (await stands(tx, event, target));
}

/** Writes as well: whoever asked the registry before this is to ask again. */
async function stands(
  tx: Transaction,
  { registryId, repository }: ContentRow,
  { digest, tag }: ScanTarget,
): Promise<boolean> {
  const touched = await tx.$executeRaw`
    UPDATE manifest m SET deleted_at = NULL
      FROM repository r
     WHERE r.id = m.repository_id AND r.registry_id = ${registryId} AND r.name = ${repository}
       AND m.digest = ${digest} AND m.deleted_at IS NULL
       AND EXISTS (SELECT FROM scan s WHERE s.manifest_id = m.id AND s.state <> 'failed')
       AND (${tag ?? null}::text IS NULL OR EXISTS (
             SELECT FROM tag t
              WHERE t.repository_id = r.id AND t.name = ${tag ?? null} AND t.manifest_id = m.id AND t.deleted_at IS NULL))`;
  return touched === 1;
}

/** Whether somebody tells, at about the same time, that what this event speaks of was deleted. */
export async function isDeletionTold(
  tx: Transaction,
  { registryId, repository, digest, receivedAt }: ContentRow,
): Promise<boolean> {
  const told = await tx.delivery.findFirst({
    where: {
      registryId,
      repository,
      action: 'delete',
      state: { in: ['received', 'processed'] },
      receivedAt: { gte: new Date(receivedAt.getTime() - sameTimeMs) },
      OR: [{ digest }, { digest: null }],
    },
    select: { id: true },
  });
  return told !== null;
}

/** The manifest, or without a digest all of the repository's, and the tags that point to them. */
export async function markGone(tx: Transaction, event: ContentRow): Promise<void> {
  const { registryId, repository, digest } = event;
  const digests = digest === null ? undefined : [digest];
  await recordDeleted(tx, { registryId, repository, digests, source: observationSource(event) });
}

/** The manifest stays. */
export async function markTagGone(tx: Transaction, event: ContentRow): Promise<void> {
  const { registryId, repository, tag } = event;
  if (tag === null) return;
  await recordUntagged(tx, { registryId, repository, tags: [{ name: tag }], source: observationSource(event) });
}

export function observationSource({ source }: Pick<Delivery, 'source'>): 'webhook' | 'event-grid' {
  return source === 'eventgrid' ? 'event-grid' : 'webhook';
}
