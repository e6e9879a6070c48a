import type { Database } from './database';
import { DeletedManifestRow, DeletedTagRow } from './rows.schema';
import { nextTick } from './ticks';
import { touchRepository } from './touch-repository';

interface Page {
  readonly limit: number;
  readonly last: string;
}

const manifestColumns = `repository, digest, mediaType, sizeBytes, imageSizeBytes, configMediaType, artifactType, annotations,
  subject, os, architecture, created, updated`;

/** Keeps what is about to be deleted: one manifest, or all of the repository, with the tags on it. */
export function keepDeleted(database: Database, repository: string, digest?: string): void {
  const [which, values] =
    digest === undefined
      ? ['repository = :repository', { repository, now: nextTick() }]
      : ['repository = :repository AND digest = :digest', { repository, digest, now: nextTick() }];
  database.run(
    `INSERT OR REPLACE INTO deleted_manifest (${manifestColumns}, deletedAt)
     SELECT ${manifestColumns}, :now FROM manifest WHERE ${which}`,
    values,
  );
  database.run(
    `INSERT OR REPLACE INTO deleted_tag (repository, name, digest, created, updated, deletedAt)
     SELECT repository, name, digest, created, updated, :now FROM tag WHERE ${which}`,
    values,
  );
}

/** Manifests and tags that soft delete keeps. */
export function deletedRows(database: Database) {
  return {
    find: (repository: string, digest: string): DeletedManifestRow | undefined =>
      database.one(
        DeletedManifestRow,
        'SELECT * FROM deleted_manifest WHERE repository = :repository AND digest = :digest',
        { repository, digest },
      ),
    findTag: (repository: string, name: string, digest: string): DeletedTagRow | undefined =>
      database.one(
        DeletedTagRow,
        'SELECT * FROM deleted_tag WHERE repository = :repository AND name = :name AND digest = :digest',
        { repository, name, digest },
      ),
    manifests: (repository: string, { limit, last }: Page): readonly DeletedManifestRow[] =>
      database.all(
        DeletedManifestRow,
        'SELECT * FROM deleted_manifest WHERE repository = :repository AND digest > :last ORDER BY digest LIMIT :limit',
        { repository, limit, last },
      ),
    /** One name may have been deleted from several manifests. */
    tags: (repository: string, { limit, last }: Page): readonly DeletedTagRow[] =>
      database.all(
        DeletedTagRow,
        `SELECT * FROM deleted_tag WHERE repository = :repository AND name || '@' || digest > :last
         ORDER BY name || '@' || digest LIMIT :limit`,
        { repository, limit, last },
      ),
    /** With the tag, if there is one. What an index leads to stays deleted. */
    restore: (repository: string, digest: string, tag: string | undefined): void =>
      database.transaction(() => {
        const now = nextTick();
        touchRepository(database, repository, now);
        database.run(
          `INSERT INTO manifest (${manifestColumns})
           SELECT ${manifestColumns} FROM deleted_manifest WHERE repository = :repository AND digest = :digest`,
          { repository, digest },
        );
        if (tag !== undefined)
          database.run(
            `INSERT OR REPLACE INTO tag (repository, name, digest, created, updated)
             SELECT repository, name, digest, created, :now FROM deleted_tag
              WHERE repository = :repository AND digest = :digest AND name = :tag`,
            { repository, digest, tag, now },
          );
        for (const table of ['deleted_tag', 'deleted_manifest'])
          database.run(`DELETE FROM ${table} WHERE repository = :repository AND digest = :digest`, {
            repository,
            digest,
          });
      }),
    /** For good, what was deleted before then. */
    purge: (before: string): void =>
      database.transaction(() => {
        for (const table of ['deleted_tag', 'deleted_manifest'])
          database.run(`DELETE FROM ${table} WHERE deletedAt < :before`, { before });
      }),
  };
}
