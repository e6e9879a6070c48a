import { jsonbText, Prisma, type Transaction } from '@tidewaiter/db';
import { markPlaced } from '@tidewaiter/features/matches';
import { ScopeRules } from '@tidewaiter/config';
import { matchesGlob, scopeOf } from '@tidewaiter/features/registries';

/** Who told where a tag points to. */
export type ObservationSource = 'webhook' | 'event-grid' | 'reconcile' | 'user';

export interface SightingRequest {
  readonly registryId: number;
  readonly repository: string;
  readonly digest: string;
  readonly tag?: string;
  readonly source: ObservationSource;
  /** Of what a walk sees it is one time, which tells nothing of what was pushed first; this moment when left out. */
  readonly seenAt?: Date;
}

export interface Sighting {
  readonly repositoryId: number;
  /** Name of the registry. */
  readonly registry: string;
  readonly manifestId: number;
  /** Where the tag pointed before, when that was somewhere else. */
  readonly previousManifestId: number | null;
  /** The tag is new, points elsewhere than before, or is there again. */
  readonly isNews: boolean;
  /** The rule that leaves it out of what is looked at, as far as one can tell of what was pushed this moment. */
  readonly excludedBy: string | undefined;
}

/** Records that a manifest is there, and that a tag points to it, with the tag's timeline. Locks the repository's row. */
export async function recordSighting(tx: Transaction, request: SightingRequest): Promise<Sighting> {
  const repository = await lockRepository(tx, request.registryId, request.repository);
  const manifest = await tx.manifest.upsert({
    where: { repositoryId_digest: { repositoryId: repository.id, digest: request.digest } },
    create: { repositoryId: repository.id, digest: request.digest },
    update: { deletedAt: null },
  });
  const { tag, digest, source, seenAt = new Date() } = request;
  const rules = ScopeRules.parse(repository.scope);
  const now = new Date();
  const pushed = { tag: tag ?? null, pushedAt: now };
  const [excludedBy] = scopeOf(rules, { repository: request.repository, entries: [pushed], now });
  const seen = { repositoryId: repository.id, registry: repository.registry, manifestId: manifest.id, excludedBy };
  if (tag === undefined) return { ...seen, previousManifestId: null, isNews: false };
  const moved = await moveTag(tx, { ...seen, tag, digest, source, seenAt, protectedTags: repository.protectedTags });
  return { ...seen, ...moved };
}

/**
 * The same for what a list said, which may be older than what was recorded since: undefined when the tag no longer is where
 * it was before the list was read, at `expected`, or nowhere.
 */
export async function recordListed(
  tx: Transaction,
  request: SightingRequest & { readonly tag: string; readonly expected: string | undefined },
): Promise<Sighting | undefined> {
  const { id: repositoryId } = await lockRepository(tx, request.registryId, request.repository);
  const where = { repositoryId, name: request.tag, deletedAt: null };
  const current = await tx.tag.findFirst({ where, select: { manifest: { select: { digest: true } } } });
  return current?.manifest.digest === request.expected ? recordSighting(tx, request) : undefined;
}

interface Deletion {
  readonly registryId: number;
  readonly repository: string;
  readonly source: ObservationSource;
}

/** Records that tags are gone, those that still point to `from` where that is said. Their manifests stay. Returns how many. */
export async function recordUntagged(
  tx: Transaction,
  { registryId, repository, tags, source }: Deletion & { readonly tags: readonly { name: string; from?: string }[] },
): Promise<number> {
  const gone = await tx.$queryRaw<{ repositoryId: number; name: string; protectedTags: string[] }[]>`
    UPDATE tag t SET deleted_at = now()
      FROM jsonb_to_recordset(${jsonbText(tags)}::jsonb) AS w(name text, "from" text),
           repository r JOIN registry g ON g.id = r.registry_id, manifest m
     WHERE r.registry_id = ${registryId} AND r.name = ${repository} AND t.repository_id = r.id AND t.name = w.name
       AND t.deleted_at IS NULL AND m.id = t.manifest_id AND m.digest = coalesce(w."from", m.digest)
    RETURNING t.repository_id AS "repositoryId", t.name, g.protected_tags AS "protectedTags"`;
  const [first] = gone;
  if (first === undefined) return 0;
  const seen = gone.map(({ name, protectedTags }) => ({ tag: name, alert: isProtected(name, protectedTags) }));
  await observe(tx, { repositoryId: first.repositoryId, digest: null, source, seen });
  return gone.length;
}

/** Records that manifests are gone, all of the repository's when none are named, and with them the tags on them. */
export async function recordDeleted(
  tx: Transaction,
  { digests, ...deletion }: Deletion & { readonly digests: readonly string[] | undefined },
): Promise<number> {
  const { registryId, repository } = deletion;
  const among = digests === undefined ? Prisma.empty : Prisma.sql`AND m.digest = ANY(${[...digests]}::text[])`;
  const gone = await tx.$queryRaw<{ id: number }[]>`
    UPDATE manifest m SET deleted_at = now()
      FROM repository r
     WHERE r.id = m.repository_id AND r.registry_id = ${registryId} AND r.name = ${repository} ${among}
       AND m.deleted_at IS NULL
    RETURNING m.id`;
  const tags = await tx.$queryRaw<{ name: string }[]>`
    SELECT t.name FROM tag t WHERE t.manifest_id = ANY(${gone.map(({ id }) => id)}::int[]) AND t.deleted_at IS NULL`;
  await recordUntagged(tx, { ...deletion, tags });
  const manifestId = { in: gone.map(({ id }) => id) };
  const images = await tx.manifestImage.findMany({ where: { manifestId }, select: { imageId: true } });
  await markPlaced(
    tx,
    images.map(({ imageId }) => imageId),
  );
  return gone.length;
}

interface LockedRepository {
  readonly id: number;
  readonly registry: string;
  readonly protectedTags: readonly string[];
  readonly scope: unknown;
}

/**
 * One at a time looks at a repository's tags and waiting scans, so that none is made twice. Not `FOR UPDATE`: rows that only
 * refer to it are made without waiting.
 */
export async function lockRepository(tx: Transaction, registryId: number, name: string): Promise<LockedRepository> {
  let row = await lockRow(tx, registryId, name);
  if (row === undefined) {
    await tx.repository.createMany({ data: { registryId, name }, skipDuplicates: true });
    row = await lockRow(tx, registryId, name);
  }
  if (row === undefined) throw new Error('a repository that was just recorded is not there');
  if (row.isDeleted) await tx.repository.update({ where: { id: row.id }, data: { deletedAt: null } });
  return row;
}

async function lockRow(tx: Transaction, registryId: number, name: string) {
  const [row] = await tx.$queryRaw<(LockedRepository & { isDeleted: boolean })[]>`
    SELECT r.id, g.name AS registry, g.protected_tags AS "protectedTags", g.scope, r.deleted_at IS NOT NULL AS "isDeleted"
      FROM repository r JOIN registry g ON g.id = r.registry_id
     WHERE r.registry_id = ${registryId} AND r.name = ${name}
       FOR NO KEY UPDATE OF r`;
  return row;
}

interface TagSighting {
  readonly repositoryId: number;
  readonly manifestId: number;
  readonly tag: string;
  readonly digest: string;
  readonly source: ObservationSource;
  readonly seenAt: Date;
  readonly excludedBy: string | undefined;
  readonly protectedTags: readonly string[];
}

async function moveTag(
  tx: Transaction,
  { repositoryId, manifestId, tag: name, digest, source, seenAt, protectedTags, ...sighting }: TagSighting,
): Promise<Pick<Sighting, 'previousManifestId' | 'isNews'>> {
  const before = await tx.tag.findUnique({ where: { repositoryId_name: { repositoryId, name } } });
  if (before?.manifestId === manifestId && before.deletedAt === null) {
    await tx.$executeRaw`
      UPDATE tag_observation SET last_seen_at = now()
       WHERE id = (SELECT max(id) FROM tag_observation WHERE repository_id = ${repositoryId} AND tag = ${name})`;
    return { previousManifestId: null, isNews: false };
  }
  const previousManifestId = before === null || before.manifestId === manifestId ? null : before.manifestId;
  const data = { manifestId, excludedBy: sighting.excludedBy ?? null, pushedAt: null, movedAt: seenAt };
  if (before === null) await tx.tag.create({ data: { repositoryId, name, ...data } });
  else await tx.tag.update({ where: { id: before.id }, data: { ...data, deletedAt: null } });
  const alert = previousManifestId !== null && isProtected(name, protectedTags);
  await observe(tx, { repositoryId, digest, source, seen: [{ tag: name, alert }] });
  return { previousManifestId, isNews: true };
}

interface Observations {
  readonly repositoryId: number;
  /** Null: the tags are gone. */
  readonly digest: string | null;
  readonly source: ObservationSource;
  readonly seen: readonly { readonly tag: string; readonly alert: boolean }[];
}

/** A tag was where it was for as long as its repository was compared and found unchanged. */
async function observe(tx: Transaction, { repositoryId, digest, source, seen }: Observations): Promise<void> {
  const tags = seen.map(({ tag }) => tag);
  await tx.$executeRaw`
    UPDATE tag_observation o SET last_seen_at = greatest(o.last_seen_at, r.compared_at)
      FROM repository r
     WHERE r.id = ${repositoryId} AND o.id IN (
       SELECT max(id) FROM tag_observation WHERE repository_id = ${repositoryId} AND tag = ANY(${tags}::text[]) GROUP BY tag)`;
  await tx.tagObservation.createMany({ data: seen.map((one) => ({ repositoryId, digest, source, ...one })) });
}

function isProtected(tag: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, tag));
}
