import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { join } from 'node:path';
import { z } from 'zod';

const schema = `
  CREATE TABLE IF NOT EXISTS repository (
    name TEXT PRIMARY KEY, created TEXT NOT NULL, updated TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS manifest (
    repository TEXT NOT NULL, digest TEXT NOT NULL, mediaType TEXT NOT NULL, sizeBytes INTEGER NOT NULL,
    imageSizeBytes INTEGER NOT NULL, configMediaType TEXT, artifactType TEXT, annotations TEXT, subject TEXT, os TEXT,
    architecture TEXT, created TEXT NOT NULL, updated TEXT NOT NULL,
    PRIMARY KEY (repository, digest)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS manifest_subject ON manifest (repository, subject) WHERE subject IS NOT NULL;
  CREATE TABLE IF NOT EXISTS tag (
    repository TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL,
    PRIMARY KEY (repository, name)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS tag_digest ON tag (repository, digest);
  CREATE TABLE IF NOT EXISTS deleted_manifest (
    repository TEXT NOT NULL, digest TEXT NOT NULL, mediaType TEXT NOT NULL, sizeBytes INTEGER NOT NULL,
    imageSizeBytes INTEGER NOT NULL, configMediaType TEXT, artifactType TEXT, annotations TEXT, subject TEXT, os TEXT,
    architecture TEXT, created TEXT NOT NULL, updated TEXT NOT NULL, deletedAt TEXT NOT NULL,
    PRIMARY KEY (repository, digest)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS deleted_tag (
    repository TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL,
    deletedAt TEXT NOT NULL, PRIMARY KEY (repository, name, digest)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS blob (
    repository TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (repository, digest)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS blob_digest ON blob (digest);
  CREATE TABLE IF NOT EXISTS attribute (
    repository TEXT NOT NULL, kind TEXT NOT NULL, item TEXT NOT NULL, deleteEnabled INTEGER NOT NULL,
    writeEnabled INTEGER NOT NULL, listEnabled INTEGER NOT NULL, readEnabled INTEGER NOT NULL, quarantineState TEXT,
    quarantineDetails TEXT, PRIMARY KEY (repository, kind, item)) STRICT, WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS repository_attribute AFTER DELETE ON repository BEGIN
    DELETE FROM attribute WHERE repository = OLD.name AND kind = 'repository'; END;
  CREATE TRIGGER IF NOT EXISTS tag_attribute AFTER DELETE ON tag BEGIN
    DELETE FROM attribute WHERE repository = OLD.repository AND kind = 'tag' AND item = OLD.name; END;
  CREATE TRIGGER IF NOT EXISTS manifest_attribute AFTER DELETE ON manifest BEGIN
    DELETE FROM attribute WHERE repository = OLD.repository AND kind = 'manifest' AND item = OLD.digest; END;`;

export type Values = Readonly<Record<string, SQLInputValue>>;

/** Named parameters in, checked rows out. */
export interface Database {
  all<T>(row: z.ZodType<T>, sql: string, values: Values): T[];
  one<T>(row: z.ZodType<T>, sql: string, values: Values): T | undefined;
  run(sql: string, values: Values): void;
  transaction<T>(work: () => T): T;
  close(): void;
}

/** One process holds it at a time; a second one is told so at once. */
export function openDatabase(dataDir: string): Database {
  const connection = new DatabaseSync(join(dataDir, 'catalogue.sqlite'), { timeout: 0 });
  try {
    connection.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    connection.exec(schema);
  } catch (error) {
    connection.close();
    throw new Error(`another emulator holds ${dataDir}, or its catalogue is damaged`, { cause: error });
  }
  return {
    all: (row, sql, values) => z.array(row).parse(connection.prepare(sql).all(values)),
    one(row, sql, values) {
      const found = connection.prepare(sql).get(values);
      return found === undefined ? undefined : row.parse(found);
    },
    run(sql, values) {
      connection.prepare(sql).run(values);
    },
    transaction(work) {
      connection.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        connection.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => connection.close(),
  };
}
