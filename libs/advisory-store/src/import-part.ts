import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Advisory } from '@tidewaiter/contracts';
import {
  contentHash,
  isFeedProblem,
  isWholeReadingDue,
  shrinkProblem,
  storedStamp,
  type Feed,
  type FeedProblem,
  type ReadAdvisory,
  type SnapshotPart,
} from '@tidewaiter/feeds';
import { encodeAffected, encodeRecord } from './codec';
import { numberIn, textIn } from './rows';

export interface PartResult {
  readonly part: string;
  /** Records the part has now. */
  readonly records: number;
  /** Of these, the ones that were read; the others are in the same bytes as the last time. */
  readonly read: number;
  readonly added: number;
  readonly changed: number;
  readonly gone: number;
  readonly problems: number;
  /** False when a problem cut the reading short: nothing was taken for gone then. */
  readonly complete: boolean;
}

export interface PartImport {
  readonly feed: Feed;
  readonly part: SnapshotPart;
  /** RFC 3339. */
  readonly now: string;
  /** A part that lost a greater share of its records at once is not believed. */
  readonly maxShrinkPercent: number;
  /** The snapshot has only what changed. */
  readonly isPartial?: boolean;
  onProblem(problem: FeedProblem): void;
}

/** Records a transaction; enough that its cost vanishes, few enough that its pages stay in the cache. */
const batchSize = 20_000;

interface Known {
  readonly recordId: number;
  readonly hash: string;
  readonly modified: string;
  readonly stamp: string | null;
  readonly seen: boolean;
}

/** Brings one part of the store to the state of the snapshot; records with the same content are not touched. */
export async function importPart(database: DatabaseSync, task: PartImport): Promise<PartResult> {
  const writer = new PartWriter(database, task);
  let problems = 0;
  let complete = true;
  let pending = 0;
  database.exec('BEGIN');
  for await (const item of task.feed.parse({ parts: [task.part] }, writer.knows)) {
    if (isFeedProblem(item)) {
      problems += 1;
      if (item.fatal) complete = false;
      task.onProblem(item);
      continue;
    }
    writer.write(item);
    pending += 1;
    if (pending % batchSize === 0) database.exec('COMMIT; BEGIN');
  }
  if (task.isPartial !== true && writer.counts().records === 0) {
    // No feed is empty: this is a wrong file or a broken export, and taking it at its word would clear everything.
    problems += 1;
    complete = false;
    task.onProblem(emptyPart(task.part.name));
  }
  const shrunk = shrinkOf(task, writer);
  if (complete && shrunk !== undefined) {
    problems += 1;
    complete = false;
    task.onProblem(shrunk);
  }
  if (complete) writer.finish();
  database.exec('COMMIT');
  return { part: task.part.name, ...writer.counts(), problems, complete };
}

function shrinkOf({ part, maxShrinkPercent, isPartial }: PartImport, writer: PartWriter): FeedProblem | undefined {
  if (isPartial === true) return undefined;
  const counts = { before: writer.recordsBefore(), now: writer.counts().records };
  return shrinkProblem({ ...counts, maxShrinkPercent, part: part.name });
}

function emptyPart(part: string): FeedProblem {
  return { code: 'feed-part-empty', message: `${part} has no usable record`, part, path: part, fatal: true };
}

class PartWriter {
  private readonly partId: number;
  private readonly isWhole: boolean;
  private readonly known: Map<string, Known>;
  private readonly keys = new Map<string, number>();
  private readonly insertRecord: StatementSync;
  private readonly touchRecord: StatementSync;
  private readonly insertAffected: StatementSync;
  private readonly deleteAffected: StatementSync;
  private readonly deleteRecord: StatementSync;
  private readonly buryRecord: StatementSync;
  private readonly upsertKey: StatementSync;
  private readonly upsertEcosystem: StatementSync;
  private readonly ecosystems = new Map<string, number>();
  private readonly liveBefore: number;
  private read = 0;
  private added = 0;
  private changed = 0;
  private gone = 0;

  constructor(
    private readonly database: DatabaseSync,
    private readonly task: PartImport,
  ) {
    this.insertRecord = database.prepare(
      'INSERT INTO record (part_id, id, hash, modified, stamp, withdrawn, links, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.touchRecord = database.prepare('UPDATE record SET modified = ?, stamp = ? WHERE record_id = ?');
    this.insertAffected = database.prepare(
      'INSERT INTO affected (key_id, record_id, ordinal, payload) VALUES (?, ?, ?, ?)',
    );
    this.deleteAffected = database.prepare('DELETE FROM affected WHERE record_id = ?');
    this.deleteRecord = database.prepare('DELETE FROM record WHERE record_id = ?');
    // An empty hash equals no content's, so the record is written again when it comes back.
    this.buryRecord = database.prepare("UPDATE record SET gone_at = ?, hash = x'' WHERE record_id = ?");
    this.upsertKey = database.prepare(
      `INSERT INTO package_key (ecosystem_id, name) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET name = excluded.name RETURNING key_id`,
    );
    this.upsertEcosystem = database.prepare(
      'INSERT INTO ecosystem (name) VALUES (?) ON CONFLICT DO UPDATE SET name = excluded.name RETURNING ecosystem_id',
    );
    const { partId, wholeAt } = this.openPart();
    this.partId = partId;
    this.isWhole = isWholeReadingDue(wholeAt, task.now);
    this.known = this.readKnown();
    this.liveBefore = [...this.known.values()].filter(({ hash }) => hash !== '').length;
  }

  /** Whether the store has the record from the very same bytes; it counts as seen then. */
  readonly knows = (id: string, stamp: string): boolean => {
    const before = this.known.get(id);
    if (this.isWhole || before === undefined || before.hash === '') return false;
    if (before.stamp !== storedStamp(this.task.feed, stamp)) return false;
    this.known.set(id, { ...before, seen: true });
    return true;
  };

  write(advisory: ReadAdvisory): void {
    const { id, modified } = advisory;
    const stamp = advisory.stamp === undefined ? null : storedStamp(this.task.feed, advisory.stamp);
    this.read += 1;
    const hash = contentHash(advisory);
    const before = this.known.get(id);
    if (before?.hash === hash) {
      if (before.modified !== modified || before.stamp !== stamp)
        this.touchRecord.run(modified, stamp, before.recordId);
      this.known.set(id, { ...before, modified, stamp, seen: true });
      return;
    }
    // The same id twice in one part: the newer one stands.
    if (before?.seen && Date.parse(before.modified) > Date.parse(modified)) return;
    if (before !== undefined) {
      this.deleteAffected.run(before.recordId);
      this.deleteRecord.run(before.recordId);
    }
    if (before === undefined || before.hash === '') this.added += 1;
    else if (!before.seen) this.changed += 1;
    this.known.set(id, { recordId: this.insert(advisory, { hash, stamp }), hash, modified, stamp, seen: true });
  }

  /** The part was read whole. Records it no longer has stay as tombstones: known, and affecting nothing. */
  finish(): void {
    const { now, feed, isPartial = false } = this.task;
    this.database
      .prepare('UPDATE part SET imported_at = ?, feed_revision = ?, whole_at = iif(?, ?, whole_at) WHERE part_id = ?')
      .run(now, feed.revision, Number(this.isWhole && !isPartial), now, this.partId);
    for (const { recordId, hash, seen } of this.known.values()) {
      if (seen || hash === '' || isPartial) continue;
      this.deleteAffected.run(recordId);
      this.buryRecord.run(now, recordId);
      this.gone += 1;
    }
  }

  counts(): Pick<PartResult, 'records' | 'read' | 'added' | 'changed' | 'gone'> {
    let records = 0;
    const isPartial = this.task.isPartial === true;
    for (const { seen, hash } of this.known.values()) if (seen || (isPartial && hash !== '')) records += 1;
    const { read, added, changed, gone } = this;
    return { records, read, added, changed, gone };
  }

  /** Those that were there when the import began. */
  recordsBefore(): number {
    return this.liveBefore;
  }

  private insert(advisory: Advisory, { hash, stamp }: Pick<Known, 'hash' | 'stamp'>): number {
    const { links, body } = encodeRecord(advisory);
    const withdrawn = advisory.withdrawn === undefined ? 0 : 1;
    const { lastInsertRowid } = this.insertRecord.run(
      this.partId,
      advisory.id,
      Buffer.from(hash, 'hex'),
      advisory.modified,
      stamp,
      withdrawn,
      links,
      body,
    );
    const recordId = Number(lastInsertRowid);
    // What its publisher took back affects nothing.
    if (withdrawn === 1) return recordId;
    advisory.affected.forEach((affected, ordinal) => {
      this.insertAffected.run(
        this.keyId(affected.ecosystem, affected.name),
        recordId,
        ordinal,
        encodeAffected(affected),
      );
    });
    return recordId;
  }

  private keyId(ecosystem: string, name: string): number {
    const key = `${ecosystem}\0${name}`;
    const known = this.keys.get(key);
    if (known !== undefined) return known;
    const keyId = Number(this.upsertKey.get(this.ecosystemId(ecosystem), name)?.key_id);
    this.keys.set(key, keyId);
    return keyId;
  }

  private ecosystemId(name: string): number {
    const known = this.ecosystems.get(name);
    if (known !== undefined) return known;
    const ecosystemId = Number(this.upsertEcosystem.get(name)?.ecosystem_id);
    this.ecosystems.set(name, ecosystemId);
    return ecosystemId;
  }

  /** A part keeps its age until it has been read whole. */
  private openPart(): { readonly partId: number; readonly wholeAt: string | undefined } {
    const { feed, part, now } = this.task;
    const row = this.database
      .prepare(
        `INSERT INTO part (feed, name, feed_revision, imported_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET name = excluded.name RETURNING part_id, whole_at`,
      )
      .get(feed.id, part.name, feed.revision, now);
    return { partId: Number(row?.part_id), wholeAt: typeof row?.whole_at === 'string' ? row.whole_at : undefined };
  }

  private readKnown(): Map<string, Known> {
    const rows = this.database
      .prepare('SELECT id, record_id, lower(hex(hash)) AS hash, modified, stamp FROM record WHERE part_id = ?')
      .all(this.partId);
    return new Map(
      rows.map((row) => [
        textIn(row, 'id'),
        {
          recordId: numberIn(row, 'record_id'),
          hash: textIn(row, 'hash'),
          modified: textIn(row, 'modified'),
          stamp: row.stamp === null ? null : textIn(row, 'stamp'),
          seen: false,
        },
      ]),
    );
  }
}
