import { attributeRows } from './attribute-rows';
import { openDatabase, type Database } from './database';
import { deletedRows, keepDeleted } from './deleted-rows';
import { listPage, type ListQuery } from './listing';
import { FoundRow, ManifestRow, NameRow, RepositoryRow, TagRow } from './rows.schema';
import { nextTick } from './ticks';
import { touchRepository } from './touch-repository';

export type NewManifest = Omit<ManifestRow, 'created' | 'updated'>;

interface Removal {
  readonly isKept: boolean;
}

export interface RepositoryRemoval {
  readonly manifests: readonly ManifestRow[];
  readonly tags: readonly string[];
}

/** What the registry knows about its content; the bytes are in the blob store. */
export interface Catalogue {
  readonly repositories: ReturnType<typeof repositoryRows>;
  readonly manifests: ReturnType<typeof manifestRows>;
  readonly tags: ReturnType<typeof tagRows>;
  readonly blobs: ReturnType<typeof blobRows>;
  readonly attributes: ReturnType<typeof attributeRows>;
  readonly deleted: ReturnType<typeof deletedRows>;
  close(): void;
}

export function openCatalogue(dataDir: string): Catalogue {
  const database = openDatabase(dataDir);
  return {
    repositories: repositoryRows(database),
    manifests: manifestRows(database),
    tags: tagRows(database),
    blobs: blobRows(database),
    attributes: attributeRows(database),
    deleted: deletedRows(database),
    close: () => database.close(),
  };
}

function repositoryRows(database: Database) {
  return {
    list: (limit: number, last: string): readonly string[] =>
      database
        .all(
          NameRow,
          `SELECT name FROM repository WHERE name > :last AND NOT EXISTS (SELECT 1 FROM attribute
             WHERE repository = name AND kind = 'repository' AND listEnabled = 0)
           ORDER BY name LIMIT :limit`,
          { last, limit },
        )
        .map((row) => row.name),
    find: (name: string): RepositoryRow | undefined =>
      database.one(
        RepositoryRow,
        `SELECT name, created, updated,
           (SELECT count(*) FROM manifest WHERE repository = :name) AS manifestCount,
           (SELECT count(*) FROM tag WHERE repository = :name) AS tagCount
         FROM repository WHERE name = :name`,
        { name },
      ),
    /** What is to be kept can be restored. */
    remove: (name: string, { isKept }: Removal): RepositoryRemoval =>
      database.transaction(() => {
        const manifests = database.all(ManifestRow, 'SELECT * FROM manifest WHERE repository = :name', { name });
        const tags = database.all(TagRow, 'SELECT * FROM tag WHERE repository = :name', { name });
        if (isKept) keepDeleted(database, name);
        for (const table of ['tag', 'manifest', ...(isKept ? [] : ['blob'])]) {
          database.run(`DELETE FROM ${table} WHERE repository = :name`, { name });
        }
        database.run('DELETE FROM repository WHERE name = :name', { name });
        return { manifests, tags: tags.map((tag) => tag.name) };
      }),
  };
}

function manifestRows(database: Database) {
  return {
    /** Records a manifest and points the tag at it, together. */
    put: (repository: string, manifest: NewManifest, tag: string | undefined): void =>
      database.transaction(() => {
        const now = nextTick();
        touchRepository(database, repository, now);
        database.run(
          `INSERT INTO manifest (repository, digest, mediaType, sizeBytes, imageSizeBytes, configMediaType, artifactType,
             annotations, subject, os, architecture, created, updated)
           VALUES (:repository, :digest, :mediaType, :sizeBytes, :imageSizeBytes, :configMediaType, :artifactType,
             :annotations, :subject, :os, :architecture, :now, :now)
           ON CONFLICT (repository, digest) DO UPDATE SET updated = excluded.updated`,
          { ...manifest, repository, now },
        );
        if (tag === undefined) return;
        database.run(
          `INSERT INTO tag (repository, name, digest, created, updated) VALUES (:repository, :tag, :digest, :now, :now)
           ON CONFLICT (repository, name) DO UPDATE SET digest = excluded.digest, updated = excluded.updated`,
          { repository, tag, digest: manifest.digest, now },
        );
      }),
    find: (repository: string, digest: string): ManifestRow | undefined =>
      database.one(ManifestRow, 'SELECT * FROM manifest WHERE repository = :repository AND digest = :digest', {
        repository,
        digest,
      }),
    list: (repository: string, query: ListQuery): readonly ManifestRow[] =>
      listPage(database, { table: 'manifest', key: 'digest', row: ManifestRow, repository }, query),
    referrers: (repository: string, subject: string): readonly ManifestRow[] =>
      database.all(
        ManifestRow,
        'SELECT * FROM manifest WHERE repository = :repository AND subject = :subject ORDER BY digest',
        { repository, subject },
      ),
    /** Its tags go with it, and so does a repository that has no other manifest: ACR has no empty repositories. */
    remove: (repository: string, digest: string, { isKept }: Removal): void =>
      database.transaction(() => {
        if (isKept) keepDeleted(database, repository, digest);
        database.run('DELETE FROM tag WHERE repository = :repository AND digest = :digest', { repository, digest });
        database.run('DELETE FROM manifest WHERE repository = :repository AND digest = :digest', {
          repository,
          digest,
        });
        database.run(
          `DELETE FROM repository WHERE name = :repository
             AND NOT EXISTS (SELECT 1 FROM manifest WHERE repository = :repository)`,
          { repository },
        );
      }),
  };
}

function tagRows(database: Database) {
  return {
    find: (repository: string, name: string): TagRow | undefined =>
      database.one(TagRow, 'SELECT * FROM tag WHERE repository = :repository AND name = :name', { repository, name }),
    list: (repository: string, query: ListQuery, digest?: string): readonly TagRow[] =>
      listPage(
        database,
        { table: 'tag', key: 'name', row: TagRow, repository, ...(digest === undefined ? {} : { digest }) },
        query,
      ),
    namesOf: (repository: string, digest: string): readonly string[] =>
      database
        .all(TagRow, 'SELECT * FROM tag WHERE repository = :repository AND digest = :digest ORDER BY name', {
          repository,
          digest,
        })
        .map((tag) => tag.name),
    remove: (repository: string, name: string): void =>
      database.transaction(() => {
        database.run('DELETE FROM tag WHERE repository = :repository AND name = :name', { repository, name });
        database.run('UPDATE repository SET updated = :now WHERE name = :repository', { repository, now: nextTick() });
      }),
  };
}

function blobRows(database: Database) {
  return {
    link: (repository: string, digest: string): void =>
      database.run('INSERT INTO blob (repository, digest) VALUES (:repository, :digest) ON CONFLICT DO NOTHING', {
        repository,
        digest,
      }),
    isLinked: (repository: string, digest: string): boolean =>
      database.one(FoundRow, 'SELECT 1 AS found FROM blob WHERE repository = :repository AND digest = :digest', {
        repository,
        digest,
      }) !== undefined,
    unlink: (repository: string, digest: string): void =>
      database.run('DELETE FROM blob WHERE repository = :repository AND digest = :digest', { repository, digest }),
    /** Whether any repository holds it, as a blob or as a manifest. */
    isReferenced: (digest: string): boolean =>
      database.one(
        FoundRow,
        `SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM blob WHERE digest = :digest)
           OR EXISTS (SELECT 1 FROM manifest WHERE digest = :digest)
           OR EXISTS (SELECT 1 FROM deleted_manifest WHERE digest = :digest)`,
        { digest },
      ) !== undefined,
  };
}
