import type { Database } from '@tidewaiter/db';

/** What the rows say a repository holds. */
export interface KnownContent {
  readonly repositoryId: number;
  readonly mark: string | null;
  readonly comparedAt: Date | null;
  /** Present tags, with the digest each points to. */
  readonly tags: ReadonlyMap<string, string>;
  /** Present manifests. */
  readonly manifests: ReadonlySet<string>;
}

export async function knownContent(database: Database, repositoryId: number): Promise<KnownContent> {
  // Both in one statement: of one moment.
  const rows = await database.$queryRaw<{ digest: string; tag: string | null }[]>`
    SELECT m.digest, t.name AS tag
      FROM manifest m LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NULL
     WHERE m.repository_id = ${repositoryId} AND m.deleted_at IS NULL`;
  const { catalogueMark, comparedAt } = await database.repository.findUniqueOrThrow({ where: { id: repositoryId } });
  const tags = new Map<string, string>();
  for (const { tag, digest } of rows) if (tag !== null) tags.set(tag, digest);
  return { repositoryId, mark: catalogueMark, comparedAt, tags, manifests: new Set(rows.map(({ digest }) => digest)) };
}
