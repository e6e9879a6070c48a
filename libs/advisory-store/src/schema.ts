import type { DatabaseSync } from 'node:sqlite';

/** Bumped with every change of the tables below or of what their blobs hold; a store of another version is refused. */
export const schemaVersion = 13;

/** Marks the file as ours: `TWAV`, https://www.sqlite.org/fileformat2.html#application_id */
export const applicationId = 0x54574156;

/**
 * `part` is one export of a feed, `record` one advisory as that part has it, `package_key` what lookups ask for. Each of these two
 * lists what it has of the other (`affected`, a JSON array of links, see `link.ts`): a table with a row for each would have a million
 * of them, and the import would spend most of its time there. What a record says of its packages is mostly the same for many of
 * them: `payload` has it once. A record's `stamp` says which bytes it was read from; at `whole_at` a part was read without leaving
 * out anything by its stamp. Of which releases its source says nothing any more,
 * and since when, is `frozen`. A record's `hash` is of what its source says; where the store has it otherwise, as it speaks of such a
 * release, `form_hash` is of what it says here. What a record says of an ecosystem is `overruled` where another part's copy of it is
 * believed.
 */
const tables = `
  CREATE TABLE part (
    part_id INTEGER PRIMARY KEY,
    feed TEXT NOT NULL,
    name TEXT NOT NULL,
    feed_revision INTEGER NOT NULL,
    imported_at TEXT NOT NULL,
    whole_at TEXT,
    frozen TEXT NOT NULL DEFAULT '{}',
    UNIQUE (feed, name)
  );
  CREATE TABLE record (
    record_id INTEGER PRIMARY KEY,
    part_id INTEGER NOT NULL REFERENCES part,
    id TEXT NOT NULL,
    hash BLOB NOT NULL,
    form_hash BLOB,
    modified TEXT NOT NULL,
    stamp TEXT,
    withdrawn INTEGER NOT NULL,
    gone_at TEXT,
    links TEXT,
    body TEXT NOT NULL,
    affected TEXT NOT NULL
  );
  CREATE TABLE ecosystem (
    ecosystem_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  );
  CREATE TABLE package_key (
    key_id INTEGER PRIMARY KEY,
    ecosystem_id INTEGER NOT NULL REFERENCES ecosystem,
    name TEXT NOT NULL,
    affected TEXT NOT NULL
  );
  CREATE TABLE payload (
    record_id INTEGER NOT NULL,
    payload_number INTEGER NOT NULL,
    payload ANY NOT NULL,
    PRIMARY KEY (record_id, payload_number)
  ) WITHOUT ROWID;
  CREATE TABLE overruled (record_id INTEGER, ecosystem_id INTEGER, PRIMARY KEY (record_id, ecosystem_id)) WITHOUT ROWID;
  CREATE TABLE record_vulnerability (id TEXT PRIMARY KEY, refs TEXT NOT NULL) WITHOUT ROWID;
`;

/** What records are found by when all are written, and what anything else is. */
const indexes = {
  records: 'CREATE INDEX IF NOT EXISTS record_by_id ON record (id, links, withdrawn) WHERE gone_at IS NULL',
  others: `
    CREATE UNIQUE INDEX IF NOT EXISTS record_of_part ON record (part_id, id);
    CREATE UNIQUE INDEX IF NOT EXISTS package_key_by_name ON package_key (ecosystem_id, name);
  `,
} as const;

export function createTables(database: DatabaseSync): void {
  database.exec(tables);
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion};`);
}

/** Of a new store, when its rows are there: to keep them with each row takes several times as long. */
export function createIndexes(database: DatabaseSync, of: keyof typeof indexes): void {
  database.exec(indexes[of]);
}
