import type { DatabaseSync } from 'node:sqlite';

/** Bumped with every change of the tables below or of what their blobs hold; a store of another version is refused. */
export const schemaVersion = 7;

/** Marks the file as ours: `TWAV`, https://www.sqlite.org/fileformat2.html#application_id */
export const applicationId = 0x54574156;

/**
 * `part` is one export of a feed, `record` one advisory as that part has it, `package_key` what lookups ask for, and
 * `affected` joins them. What a record says of its packages is mostly the same for many of them: `payload` has it once. A
 * record's `stamp` says which bytes it was read from; at `whole_at` a part was read without leaving out anything by its stamp.
 * Rows that another part's copy of the same record overrules have `live = 0`.
 */
const tables = `
  CREATE TABLE part (
    part_id INTEGER PRIMARY KEY,
    feed TEXT NOT NULL,
    name TEXT NOT NULL,
    feed_revision INTEGER NOT NULL,
    imported_at TEXT NOT NULL,
    whole_at TEXT,
    UNIQUE (feed, name)
  );
  CREATE TABLE record (
    record_id INTEGER PRIMARY KEY,
    part_id INTEGER NOT NULL REFERENCES part,
    id TEXT NOT NULL,
    hash BLOB NOT NULL,
    modified TEXT NOT NULL,
    stamp TEXT,
    withdrawn INTEGER NOT NULL,
    gone_at TEXT,
    links TEXT,
    body TEXT NOT NULL,
    UNIQUE (part_id, id)
  );
  CREATE TABLE ecosystem (
    ecosystem_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  );
  CREATE TABLE package_key (
    key_id INTEGER PRIMARY KEY,
    ecosystem_id INTEGER NOT NULL REFERENCES ecosystem,
    name TEXT NOT NULL,
    UNIQUE (ecosystem_id, name)
  );
  CREATE TABLE affected (
    key_id INTEGER NOT NULL,
    record_id INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    live INTEGER NOT NULL DEFAULT 1,
    payload_number INTEGER NOT NULL,
    PRIMARY KEY (key_id, record_id, ordinal)
  ) WITHOUT ROWID;
  CREATE TABLE payload (
    record_id INTEGER NOT NULL,
    payload_number INTEGER NOT NULL,
    payload ANY NOT NULL,
    PRIMARY KEY (record_id, payload_number)
  ) WITHOUT ROWID;
  CREATE TABLE record_vulnerability (id TEXT PRIMARY KEY, refs TEXT NOT NULL) WITHOUT ROWID;
`;

const indexes = `
  CREATE INDEX IF NOT EXISTS record_by_id ON record (id, links) WHERE gone_at IS NULL;
  CREATE INDEX IF NOT EXISTS affected_by_record ON affected (record_id);
  CREATE INDEX IF NOT EXISTS affected_overruled ON affected (record_id) WHERE live = 0;
`;

export function createTables(database: DatabaseSync): void {
  database.exec(tables);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion};`);
}

/** Made after the first rows: building an index once is several times faster than keeping it while rows arrive. */
export function createIndexes(database: DatabaseSync): void {
  database.exec(indexes);
}
