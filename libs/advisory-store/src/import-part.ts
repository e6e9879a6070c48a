import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Advisory } from '@tidewaiter/contracts';
import {
  contentHash,
  isFeedProblem,
  shrinkProblem,
  type Feed,
  type FeedProblem,
  type SnapshotPart,
} from '@tidewaiter/feeds';
import { encodeAffected, encodeRecord } from './codec';

export interface PartResult {
  readonly part: string;
  /** Records the part has now. */
  readonly records: number;
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
  readonly seen: boolean;
}

/** Brings one part of the store to the state of the snapshot; records with the same content are not touched. */
export async function importPart(database: DatabaseSync, task: PartImport): Promise<PartResult> {
  const writer = new PartWriter(database, task);
  let problems = 0;
  let complete = true;
  let pending = 0;
  database.exec('BEGIN');
  for await (const item of task.feed.parse({ parts: [task.part] })) {
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
  private added = 0;
  private changed = 0;
  private gone = 0;

  constructor(
    private readonly database: DatabaseSync,
    private readonly task: PartImport,
  ) {
    this.insertRecord = database.prepare(
      'INSERT INTO record (part_id, id, hash, modified, withdrawn, links, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.touchRecord = database.prepare('UPDATE record SET modified = ? WHERE record_id = ?');
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
    this.partId = this.openPart();
    this.known = this.readKnown();
    this.liveBefore = [...this.known.values()].filter(({ hash }) => hash !== '').length;
  }

  write(advisory: Advisory): void {
    const { id, modified } = advisory;
    const hash = contentHash(advisory);
    const before = this.known.get(id);
    if (before?.hash === hash) {
      if (before.modified !== modified) this.touchRecord.run(modified, before.recordId);
      this.known.set(id, { ...before, modified, seen: true });
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
    this.known.set(id, { recordId: this.insert(advisory, hash), hash, modified, seen: true });
  }

  /** The part was read whole. Records it no longer has stay as tombstones: known, and affecting nothing. */
  finish(): void {
    this.database
      .prepare('UPDATE part SET imported_at = ?, feed_revision = ? WHERE part_id = ?')
      .run(this.task.now, this.task.feed.revision, this.partId);
    for (const { recordId, hash, seen } of this.known.values()) {
      if (seen || hash === '' || this.task.isPartial === true) continue;
      this.deleteAffected.run(recordId);
      this.buryRecord.run(this.task.now, recordId);
      this.gone += 1;
    }
  }

  counts(): Pick<PartResult, 'records' | 'added' | 'changed' | 'gone'> {
    let records = 0;
    const isPartial = this.task.isPartial === true;
    for (const { seen, hash } of this.known.values()) if (seen || (isPartial && hash !== '')) records += 1;
    return { records, added: this.added, changed: this.changed, gone: this.gone };
  }

  /** Those that were there when the import began. */
  recordsBefore(): number {
    return this.liveBefore;
  }

  private insert(advisory: Advisory, hash: string): number {
    const { links, body } = encodeRecord(advisory);
    const withdrawn = advisory.withdrawn === undefined ? 0 : 1;
    const { lastInsertRowid } = this.insertRecord.run(
      this.partId,
      advisory.id,
      Buffer.from(hash, 'hex'),
      advisory.modified,
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
  private openPart(): number {
    const { feed, part, now } = this.task;
    const row = this.database
      .prepare(
        `INSERT INTO part (feed, name, feed_revision, imported_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET name = excluded.name RETURNING part_id`,
      )
      .get(feed.id, part.name, feed.revision, now);
    return Number(row?.part_id);
  }

  private readKnown(): Map<string, Known> {
    const rows = this.database
      .prepare('SELECT id, record_id, lower(hex(hash)) AS hash, modified FROM record WHERE part_id = ?')
      .all(this.partId);
    return new Map(
      rows.map(({ id, record_id: recordId, hash, modified }) => [
        String(id),
        { recordId: Number(recordId), hash: String(hash), modified: String(modified), seen: false },
      ]),
    );
  }
}
