import { randomUUID } from 'node:crypto';
import { copyFile, rename, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import type { Advisory } from '@tidewaiter/contracts';
import { mayBePassedOn, type Feed, type FeedProblem } from '@tidewaiter/feeds';
import { readSigningKey, signBundle } from './bundle-signature';
import { decodeAffected, decodeRecord, encodeRecord, hashOf } from './codec';
import type { FeedImport } from './feed-import';
import { linkSql } from './link';
import { openForReading } from './open';
import { RecordRows } from './record-rows';
import { resolveCopies, resolveVulnerabilities } from './resolve';
import { numberIn, payloadIn, textIn, type Row } from './rows';
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
  const database = openForReading(path);
  const parts = database.prepare('SELECT part_id, feed, name, feed_revision, imported_at FROM part').all();
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
  return { feed, snapshot, now: textIn(part, 'imported_at') };
}

/** The records of a part that are not gone, as the store has them. One that is not what its hash says is none. */
async function* recordsOf(database: DatabaseSync, part: Row): AsyncGenerator<Advisory | FeedProblem> {
  const { part_id: partId = null, feed } = part;
  const records = database.prepare(
    'SELECT record_id, id, hash, modified, links, body FROM record WHERE part_id = ? AND gone_at IS NULL ORDER BY record_id',
  );
  const affected = database.prepare(
    `SELECT e.name AS ecosystem, k.name, c.payload
       FROM record r JOIN json_each(r.affected) link
            JOIN payload c ON c.record_id = r.record_id AND c.payload_number = ${linkSql.payloadNumber}
            JOIN package_key k ON k.key_id = ${linkSql.rowId} JOIN ecosystem e USING (ecosystem_id)
      WHERE r.record_id = ? ORDER BY link.key`,
  );
  for (const row of records.iterate(partId)) {
    const advisory = soundRecord(String(feed), row, affected.all(row.record_id ?? null));
    yield await Promise.resolve(advisory ?? damagedRecord(textIn(part, 'name'), textIn(row, 'id')));
  }
}

/** Undefined of one whose bytes are others than were exported, whether they can still be read or not. */
function soundRecord(feed: string, row: Row, affected: readonly Row[]): Advisory | undefined {
  try {
    const head = decodeRecord({
      feed,
      id: textIn(row, 'id'),
      modified: textIn(row, 'modified'),
      links: row.links === null ? null : textIn(row, 'links'),
      body: textIn(row, 'body'),
    });
    // A store keeps no references.
    const advisory = { ...head, affected: affected.map(affectedOf), references: [] };
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

function affectedOf(row: Row) {
  return decodeAffected(payloadIn(row), { ecosystem: textIn(row, 'ecosystem'), name: textIn(row, 'name') });
}

async function* noFiles(): AsyncGenerator<never> {
  // What the bundle has was parsed when the store was made.
}
