import type { Database, Transaction } from '@tidewaiter/db';
import type { ImageReading } from '@tidewaiter/engine';
import { mayHoldVex } from '@tidewaiter/vex';
import { recordScan, type RequestedScan } from './request-scan';
import { withRepository } from './with-repository';

interface AskedAbout {
  readonly repository: { readonly id: number; readonly name: string; readonly registry: { readonly name: string } };
  readonly manifest: { readonly id: number; readonly digest: string };
  /** Of the scan that could not ask. */
  readonly cause: string;
}

/** What is attached later is told by its own push, or found by a walk. */
const lastsMs = 24 * 3_600_000;

/**
 * Asks for another look at a manifest, which waits until the registry may be asked what is attached to it; none if another will ask
 * already. Undefined when it told within the last day and nobody wants to know anew. Before the scan ends, in a transaction of its own:
 * the repository's row is locked first, and a crash in between leaves a look too many.
 */
export function requestAsking(
  database: Database,
  { repository, manifest: { id: manifestId, digest }, cause }: AskedAbout,
): Promise<readonly RequestedScan[] | undefined> {
  return withRepository(database, repository.id, async (tx) => {
    const { attachmentsAskedAt } = await tx.manifest.findUniqueOrThrow({ where: { id: manifestId } });
    const isKnown = attachmentsAskedAt !== null && Date.now() - attachmentsAskedAt.getTime() < lastsMs;
    if (isKnown && cause !== 'user') return undefined;
    const asking = { manifestId, cause: 'attachment', state: { in: ['queued', 'running'] } };
    if ((await tx.scan.count({ where: asking })) > 0) return [];
    const registry = repository.registry.name;
    const sighting = { repositoryId: repository.id, registry, manifestId, previousManifestId: null };
    return [await recordScan(tx, { sighting, repository: repository.name, digest, cause: 'attachment' })];
  });
}

interface ReadManifest {
  readonly registry: string;
  readonly repository: { readonly id: number; readonly name: string };
  readonly tag: string | null;
  readonly readings: readonly ImageReading[];
}

/**
 * Asks for another look at the images that what was read is attached to, if it may hold VEX: most is attached after the image was
 * scanned. Their layers are known; what is attached to them is asked for. Before the scan ends, as `requestAsking` and for its reasons.
 */
export async function requestSubjects(database: Database, read: ReadManifest): Promise<readonly RequestedScan[]> {
  const subjects = subjectsOf(read);
  if (subjects.length === 0) return [];
  return withRepository(database, read.repository.id, (tx) => lookAgainAt(tx, subjects, read));
}

async function lookAgainAt(
  tx: Transaction,
  subjects: readonly string[],
  { registry, repository }: ReadManifest,
): Promise<readonly RequestedScan[]> {
  const named = [...subjects];
  const manifests = await tx.$queryRaw<{ id: number; digest: string }[]>`
    SELECT DISTINCT m.id, m.digest
      FROM manifest m JOIN manifest_image mi ON mi.manifest_id = m.id JOIN image i ON i.id = mi.image_id
     WHERE m.repository_id = ${repository.id} AND m.deleted_at IS NULL AND m.excluded_by IS NULL
       AND i.state IN ('scanned', 'partial') AND (m.digest = ANY(${named}::text[]) OR i.digest = ANY(${named}::text[]))
     ORDER BY m.id`;
  const requested: RequestedScan[] = [];
  for (const { id: manifestId, digest } of manifests) {
    const sighting = { repositoryId: repository.id, registry, manifestId, previousManifestId: null };
    requested.push(await recordScan(tx, { sighting, repository: repository.name, digest, cause: 'attachment' }));
  }
  return requested;
}

/** By what the manifest says, or by the tag that stands for it: cosign's, and OCI distribution-spec, "Referrers Tag Schema". */
function subjectsOf({ tag, readings }: ReadManifest): string[] {
  const [, named] = /^sha256-([0-9a-f]{64})(?:\.att)?$/.exec(tag ?? '') ?? [];
  const stated = readings.flatMap((reading) =>
    reading.kind === 'unsupported' && mayHoldVex(reading.attachment?.artifactType)
      ? (reading.attachment?.subject ?? [])
      : [],
  );
  return [...new Set([...stated, ...(named === undefined ? [] : [`sha256:${named}`])])];
}
