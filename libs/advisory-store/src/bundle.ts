import { randomUUID } from 'node:crypto';
import { copyFile, rename, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { Advisory } from '@tidewaiter/contracts';
import { mayBePassedOn, type Feed, type FeedProblem } from '@tidewaiter/feeds';
import { readSigningKey, signBundle } from './bundle-signature';
import { encodeRecord, hashOf } from './codec';
import type { FeedImport } from './feed-import';
import { openForReading } from './open';
import { readFrozen } from './part-freeze';
import { RecordRows } from './record-rows';
import { resolveCopies, resolveVulnerabilities } from './resolve';
import { numberIn, textIn, type Row } from './rows';
import { StoredRecords } from './stored-records';
import { copyThreats } from './threats';

/** A store on its way to a machine that reaches no feed. */
export interface AdvisoryBundle {
  /** Its parts, each as old as where it comes from. */
  readonly parts: readonly Omit<FeedImport, 'onProblem' | 'onPart'>[];
  /** Feeds of which it has nothing because each installation has to fetch its own copy. */
  readonly leftOut: readonly string[];
  /** Returns the sources of which what is there is as new. */
  copyThreats(into: DatabaseSync): readonly string[];
  close(): void;
}

/**
 * Writes a store to a file that may be passed on, without what no licence allows that of, and with the path of a private key its
 * signature beside it. Answers which feeds are left out.
 * @throws UserError `advisory-store-missing` and the others of opening a store, `bundle-key-unusable`
 */
export async function exportBundle(
  storePath: string,
  bundlePath: string,
  keyPath?: string,
): Promise<readonly string[]> {
  openForReading(storePath).close();
  const key = keyPath === undefined ? undefined : await readSigningKey(keyPath);
  const unfinished = `${bundlePath}.${randomUUID()}.new`;
  try {
    await copyFile(storePath, unfinished);
    const leftOut = withoutOthers(unfinished);
    await rename(unfinished, bundlePath);
    if (key !== undefined) await signBundle(bundlePath, key);
    return leftOut;
  } finally {
    await rm(unfinished, { force: true });
  }
}

function withoutOthers(path: string): readonly string[] {
  const database = new DatabaseSync(path);
  try {
    const all = database.prepare('SELECT record_id, id, feed FROM record JOIN part USING (part_id)').all();
    const refused = all.filter((row) => !mayBePassedOn({ feed: textIn(row, 'feed'), id: textIn(row, 'id') }));
    const leftOut = [...new Set(refused.map((row) => nameOf(textIn(row, 'feed'))))].sort();
    database.exec('BEGIN');
    const rows = new RecordRows(database);
    for (const row of refused) rows.delete(numberIn(row, 'record_id'));
    rows.flush();
    forgetWithoutRecords(database);
    database.exec('CREATE TABLE left_out (feed TEXT PRIMARY KEY) WITHOUT ROWID');
    for (const feed of leftOut) database.prepare('INSERT INTO left_out VALUES (?)').run(feed);
    database.exec('COMMIT');
    resolveCopies(database);
    resolveVulnerabilities(database);
    database.exec('VACUUM');
    return leftOut;
  } finally {
    database.close();
  }
}

/** Of a collection only some records are left out. */
function nameOf(feed: string): string {
  return mayBePassedOn({ feed, id: '' }) ? `${feed}: CGA-` : feed;
}

/** An ecosystem of which nothing is left is not known, instead of clean. */
function forgetWithoutRecords(database: DatabaseSync): void {
  database.exec(`
    DELETE FROM part WHERE part_id NOT IN (SELECT part_id FROM record);
    DELETE FROM package_key WHERE affected = '[]';
    DELETE FROM ecosystem WHERE ecosystem_id NOT IN (SELECT ecosystem_id FROM package_key);`);
}

/** @throws UserError as opening a store does; also of a store that was not exported, which is one like it */
export function openBundle(path: string): AdvisoryBundle {
  const database = openForReading(path, 'let both sides have the same version of the program, and export it again');
  const parts = database.prepare('SELECT part_id, feed, name, feed_revision, imported_at, frozen FROM part').all();
  return {
    parts: parts.map((part) => importOf(database, part)),
    leftOut: leftOutOf(database),
    copyThreats: (into) => copyThreats(database, into),
    close: () => {
      database.close();
    },
  };
}

function leftOutOf(database: DatabaseSync): readonly string[] {
  const isExported = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'left_out'").get() !== undefined;
  if (!isExported) return [];
  const rows = database.prepare('SELECT feed FROM left_out ORDER BY feed').all();
  return rows.map((row) => textIn(row, 'feed'));
}

function importOf(database: DatabaseSync, part: Row): FeedImport {
  const feed: Feed = {
    id: textIn(part, 'feed'),
    revision: Number(part.feed_revision),
    covers: [],
    fetch: () => Promise.resolve('unchanged'),
    parse: () => recordsOf(database, part),
  };
  const name = textIn(part, 'name');
  const snapshot = { parts: [{ name, files: noFiles }] };
  return { feed, snapshot, now: textIn(part, 'imported_at'), frozen: readFrozen(part.frozen) };
}

/** The records of a part that are not gone, as the store has them. One that is not what its hash says is none. */
async function* recordsOf(database: DatabaseSync, part: Row): AsyncGenerator<Advisory | FeedProblem> {
  const records = database.prepare(
    `SELECT record_id, id, coalesce(form_hash, hash) AS hash FROM record
      WHERE part_id = ? AND gone_at IS NULL ORDER BY record_id`,
  );
  const stored = new StoredRecords(database);
  for (const row of records.iterate(part.part_id ?? null)) {
    const advisory = soundRecord(stored, row);
    yield await Promise.resolve(advisory ?? damagedRecord(textIn(part, 'name'), textIn(row, 'id')));
  }
}

/** Undefined of one whose bytes are others than were exported, whether they can still be read or not. */
function soundRecord(stored: StoredRecords, row: Row): Advisory | undefined {
  try {
    const advisory = stored.read(numberIn(row, 'record_id'));
    const hash = row.hash instanceof Uint8Array ? Buffer.from(row.hash).toString('base64') : '';
    return hashOf(encodeRecord(advisory, null)) === hash ? advisory : undefined;
  } catch {
    // What cannot be decoded has been changed as well.
    return undefined;
  }
}

function damagedRecord(part: string, id: string): FeedProblem {
  const message = `${id} is not as it was exported: the bundle was damaged or changed on its way; fetch it again`;
  return { code: 'bundle-damaged', message, part, path: id, fatal: true };
}

async function* noFiles(): AsyncGenerator<never> {
  // What the bundle has was parsed when the store was made.
}
