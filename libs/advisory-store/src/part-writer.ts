import type { DatabaseSync } from 'node:sqlite';
import type { PackageCounts, SilencedCounts } from '@tidewaiter/feeds';
import type { BatchedTransaction } from './batched-transaction';
import type { Changes } from './changes';
import { hashOf, type EncodedRecord } from './codec';
import { linkSql } from './link';
import { PartFreeze, readFrozen, type EndedReleases, type Frozen } from './part-freeze';
import type { RecordRows } from './record-rows';
import { numberIn, textIn, type Row } from './rows';
import { SilencedRecords } from './silenced-records';

/** Which part of a store is written, by what and when. */
export interface PartToWrite {
  readonly feed: string;
  readonly revision: number;
  readonly part: string;
  /** RFC 3339. */
  readonly now: string;
  /** Only what changed is read. */
  readonly isPartial: boolean;
  /** Its feed is one by release. */
  readonly isByRelease: boolean;
  /** A part that lost a greater share of its records at once is not believed; with 100 the operator believes whatever is gone to be gone. */
  readonly maxShrinkPercent: number;
  /** Releases of which it has only the last word, as a bundle says. */
  readonly frozen?: Frozen | undefined;
}

/** What is known of a part that was opened. */
export interface OpenedPart {
  /** By id, of the records that are there. */
  readonly stamps: ReadonlyMap<string, string>;
  /** When it was last read without leaving out anything by its stamp. RFC 3339. */
  readonly wholeAt: string | undefined;
  /** Counted for feeds by release alone. */
  readonly packages: PackageCounts;
}

/** How the reading of a part ended. */
export interface PartEnd {
  /** It was read to its end. */
  readonly isComplete: boolean;
  /** Nothing was left out by its stamp. */
  readonly isWhole: boolean;
}

/** Some of what a part has now. */
export interface PartPiece {
  readonly records: readonly EncodedRecord[];
  /** Ids of records that are in the same bytes as the last time. */
  readonly unread: readonly string[];
  /** Records that cannot be read any more, wholly or in part, as their files name them; each keeps its last good form. */
  readonly unusable: readonly string[];
}

export interface PartCounts {
  /** Records the part has now. */
  readonly records: number;
  /** Of these, the ones that were read; the others are in the same bytes as the last time. */
  readonly read: number;
  readonly added: number;
  readonly changed: number;
  readonly gone: number;
  /** Records it had before. */
  readonly before: number;
  /** Releases that its source says nothing of any more and whose last word stays: since when, in RFC 3339. */
  readonly frozen: Frozen;
  /** Ecosystems and releases of which few records spoke, and none does any more. */
  readonly takenBack: readonly string[];
  /** Releases that are told of again, and of how many packages of records what was kept of them is not. */
  readonly thawed: Readonly<Record<string, number>>;
  /** Of records that wait since they say nothing any more of what they spoke of; undefined where these are few. */
  readonly silenced: Omit<SilencedCounts, 'maxShrinkPercent'> | undefined;
}

interface Known {
  readonly recordId: number;
  readonly hash: string;
  readonly modified: string;
  readonly stamp: string | null;
  readonly isGone: boolean;
  readonly seen: boolean;
}

/** Brings the rows of one part to what its source has now; records with the same content are not touched. */
export class PartWriter {
  private readonly partId: number;
  private readonly wholeAt: string | undefined;
  /** What was there before. */
  private readonly known: Map<string, Known>;
  /** Numbers of the records that are new; little, as there may be a hundred thousand. */
  private readonly inserted = new Map<string, number>();
  private readonly before: number;
  private readonly freeze: PartFreeze;
  private readonly silenced: SilencedRecords<Known>;
  /** In lower case. */
  private readonly unusable = new Set<string>();
  private read = 0;
  private added = 0;
  private changed = 0;
  private gone = 0;

  constructor(
    private readonly database: DatabaseSync,
    private readonly transaction: BatchedTransaction,
    private readonly rows: RecordRows,
    private readonly changes: Changes,
    private readonly task: PartToWrite,
  ) {
    transaction.enter();
    const { partId, wholeAt, frozen } = this.openPart();
    this.partId = partId;
    this.wholeAt = wholeAt;
    this.known = changes.isNew ? new Map<string, Known>() : this.readKnown();
    this.before = [...this.known.values()].filter(({ isGone }) => !isGone).length;
    const { known, before } = this;
    const isAllBelieved = task.maxShrinkPercent >= 100;
    const freezing = { now: task.now, frozen: task.frozen, isAllBelieved };
    this.freeze = new PartFreeze({ database, rows }, { partId, frozen, task: freezing, isNew: before === 0 });
    this.silenced = new SilencedRecords({ database, rows }, { ...task, partId, known, before });
  }

  opened(): OpenedPart {
    const stamps = new Map<string, string>();
    for (const [id, { stamp, isGone }] of this.known) if (stamp !== null && !isGone) stamps.set(id, stamp);
    return { stamps, wholeAt: this.wholeAt, packages: this.packages() };
  }

  private packages(): PackageCounts {
    if (!this.task.isByRelease || this.before === 0) return new Map();
    const rows = this.database.prepare(`
      SELECT e.name, count(*) AS packages
        FROM (SELECT DISTINCT r.record_id, ${linkSql.rowId} AS key_id FROM record r JOIN json_each(r.affected) link
               WHERE r.part_id = ? AND r.gone_at IS NULL)
        JOIN package_key USING (key_id) JOIN ecosystem e USING (ecosystem_id)
       GROUP BY e.ecosystem_id`);
    return new Map(rows.all(this.partId).map((row) => [textIn(row, 'name'), numberIn(row, 'packages')]));
  }

  write({ records, unread, unusable }: PartPiece): void {
    for (const name of unusable) this.unusable.add(name.toLowerCase());
    for (const id of unread) {
      const known = this.known.get(id);
      if (known !== undefined) this.known.set(id, { ...known, seen: true });
    }
    this.freeze.see(records);
    for (const record of records) this.writeRecord(record);
    this.transaction.wrote(records.length);
  }

  counts(): PartCounts {
    let records = this.inserted.size;
    const { isPartial } = this.task;
    for (const [id, { seen, isGone }] of this.known) {
      if (seen || (!isGone && (isPartial || this.isUnusable(id)))) records += 1;
    }
    const { read, added, changed, gone, before } = this;
    const { frozen, takenBack, thawed, staying, kept } = this.ended();
    // Where nothing is there, nothing can be told by what is not.
    const all = records === 0 ? 0 : records + staying.size;
    const silenced = this.silenced.counts(kept, { gone: before - all, staying: staying.size });
    return { records: all, read, added, changed, gone, before, frozen, takenBack, thawed, silenced };
  }

  private ended(): EndedReleases {
    const missing = this.missing();
    const isAnyThere = this.inserted.size + this.known.size > missing.length;
    if (isAnyThere) this.rows.flush();
    return this.freeze.ended(missing, this.silenced.numbers, isAnyThere);
  }

  /** Numbers of records that are not there any more. */
  private missing(): readonly number[] {
    if (this.task.isPartial) return [];
    return [...this.known].flatMap(([id, { recordId, isGone, seen }]) =>
      seen || isGone || this.isUnusable(id) ? [] : recordId,
    );
  }

  /** Ends the part. One that was read to its end has its new age, and what it no longer has is gone. */
  close({ isComplete, isWhole }: PartEnd): PartCounts {
    if (isComplete) this.finish(isWhole);
    else this.freeze.giveUp();
    this.rows.flushPart(this.partId);
    this.transaction.leave();
    return this.counts();
  }

  private writeRecord(record: EncodedRecord): void {
    const { id, modified, stamp } = record;
    this.read += 1;
    const waiting = this.silenced.waitingOf(id);
    const before = waiting?.before ?? this.stateOf(id);
    // A part of it could not be read, and what that said would be missing.
    if (before?.isGone === false && this.isUnusable(id)) return;
    // The same id twice in one part: the newer one stands.
    if (waiting !== undefined && Date.parse(waiting.record.modified) > Date.parse(modified)) return;
    this.silenced.drop(id);
    const hash = hashOf(record);
    if (before !== undefined && !before.isGone && before.hash === hash) {
      // Which of several copies is believed depends on the time as well.
      if (before.modified !== modified) this.changes.note(id);
      if (before.modified !== modified || before.stamp !== stamp) {
        this.flushIfWritten(before);
        this.rows.touch(before.recordId, modified, stamp);
      }
      this.remember(id, { ...before, modified, stamp, seen: true });
      return;
    }
    if (before?.seen && Date.parse(before.modified) > Date.parse(modified)) return;
    if (before?.isGone === false && !before.seen && this.silenced.holdsBack({ record, hash, before })) {
      this.remember(id, { ...before, seen: true });
      return;
    }
    this.replace({ record, hash, before });
  }

  private replace({ record, hash, before }: { record: EncodedRecord; hash: string; before: Known | undefined }): void {
    const { id, modified, stamp } = record;
    this.flushIfWritten(before);
    this.noteChange(before, record);
    if (before === undefined || before.isGone) this.added += 1;
    else if (!before.seen) this.changed += 1;
    if (before === undefined) {
      this.inserted.set(id, this.rows.insert({ partId: this.partId, record, hash }));
      return;
    }
    const { recordId } = before;
    // One that comes back brings nothing along.
    const isKept = before.isGone ? undefined : this.freeze.isUnseen;
    this.freeze.keep(recordId, this.rows.replace(recordId, { partId: this.partId, record, hash }, isKept));
    this.remember(id, { recordId, hash, modified, stamp, isGone: false, seen: true });
  }

  private stateOf(id: string): Known | undefined {
    const recordId = this.inserted.get(id);
    if (recordId === undefined) return this.known.get(id);
    this.rows.flush();
    const row = this.database.prepare(`SELECT ${knownColumns} FROM record WHERE record_id = ?`).get(recordId);
    return row === undefined ? undefined : { ...knownOf(row), seen: true };
  }

  /** Of what is new the row tells. */
  private remember(id: string, state: Known): void {
    if (!this.inserted.has(id)) this.known.set(id, state);
  }

  private isUnusable(id: string): boolean {
    return this.unusable.size > 0 && this.unusable.has(id.toLowerCase());
  }

  /** What this part wrote already may still be on its way. */
  private flushIfWritten(before: Known | undefined): void {
    if (before?.seen === true) this.rows.flush();
  }

  private noteChange(before: Known | undefined, record: EncodedRecord): void {
    this.changes.note(record.id);
    if (this.changes.isRelinked) return;
    // A record that comes or goes changes what others are about, whether it names them or they name it.
    const isThere = before !== undefined && !before.isGone;
    if (!isThere || !this.rows.isLinkedLike(before.recordId, record)) this.changes.noteLinks();
  }

  /** Records it no longer has stay as tombstones: known, and affecting nothing. */
  private finish(isWhole: boolean): void {
    const { now, revision, isPartial } = this.task;
    const { staying } = this.ended();
    // They are believed.
    for (const waiting of this.silenced.waiting()) if (!this.isUnusable(waiting.record.id)) this.replace(waiting);
    for (const id of this.idsOf(this.freeze.settle())) this.changes.note(id);
    this.database
      .prepare('UPDATE part SET imported_at = ?, feed_revision = ?, whole_at = iif(?, ?, whole_at) WHERE part_id = ?')
      .run(now, revision, Number(isWhole && !isPartial), now, this.partId);
    for (const [id, { recordId, isGone, seen }] of this.known) {
      if (seen || isGone || isPartial || this.isUnusable(id) || staying.has(recordId)) continue;
      this.rows.bury(recordId, now);
      this.changes.note(id);
      this.changes.noteLinks();
      this.gone += 1;
    }
  }

  private idsOf(recordIds: ReadonlySet<number>): readonly string[] {
    if (recordIds.size === 0) return [];
    return [...this.known].flatMap(([id, { recordId }]) => (recordIds.has(recordId) ? id : []));
  }

  /** A part keeps its age until it has been read whole. */
  private openPart(): {
    readonly partId: number;
    readonly wholeAt: string | undefined;
    readonly frozen: Frozen;
  } {
    const { feed, revision, part, now } = this.task;
    const row = this.database
      .prepare(
        `INSERT INTO part (feed, name, feed_revision, imported_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET name = excluded.name RETURNING part_id, whole_at, frozen`,
      )
      .get(feed, part, revision, now);
    return {
      partId: Number(row?.part_id),
      wholeAt: typeof row?.whole_at === 'string' ? row.whole_at : undefined,
      frozen: readFrozen(row?.frozen),
    };
  }

  private readKnown(): Map<string, Known> {
    const rows = this.database.prepare(`SELECT id, ${knownColumns} FROM record WHERE part_id = ?`).all(this.partId);
    return new Map(rows.map((row) => [textIn(row, 'id'), knownOf(row)]));
  }
}

const knownColumns = 'record_id, hash, modified, stamp, gone_at IS NOT NULL AS gone';

function knownOf(row: Row): Known {
  return {
    recordId: numberIn(row, 'record_id'),
    hash: row.hash instanceof Uint8Array ? Buffer.from(row.hash).toString('base64') : '',
    modified: textIn(row, 'modified'),
    stamp: row.stamp === null ? null : textIn(row, 'stamp'),
    isGone: row.gone === 1,
    seen: false,
  };
}
