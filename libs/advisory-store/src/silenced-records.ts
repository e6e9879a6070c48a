import type { DatabaseSync } from 'node:sqlite';
import { HeldRecords, isSilenced, isSilenceSuspect, type SilencedCounts } from '@tidewaiter/feeds';
import { encodedBases, type EncodedRecord } from './codec';
import type { RecordRows } from './record-rows';
import { numberIn } from './rows';

/** A record that waits, and what lies there instead of it. */
export interface Waiting<Known> {
  readonly record: EncodedRecord;
  readonly hash: string;
  readonly before: Known;
}

interface Part<Known> {
  readonly partId: number;
  /** What was there before, by id. */
  readonly known: ReadonlyMap<string, Known>;
  readonly before: number;
  readonly maxShrinkPercent: number;
  /** Only what changed is read: nothing is known of the share then. */
  readonly isPartial: boolean;
}

/** Records of a part that say nothing any more of what they spoke of: they wait until it is known whether that is believed. */
export class SilencedRecords<Known extends { readonly recordId: number }> {
  private readonly held: HeldRecords<Waiting<Known>>;
  private readonly recordIds = new Set<number>();
  private readonly isOff: boolean;

  constructor(
    private readonly store: { readonly database: DatabaseSync; readonly rows: RecordRows },
    private readonly part: Part<Known>,
  ) {
    this.held = new HeldRecords(part);
    this.isOff = part.isPartial || part.maxShrinkPercent >= 100;
  }

  /** Numbers of what lies there. */
  get numbers(): ReadonlySet<number> {
    return this.recordIds;
  }

  /** Whether it waits. */
  holdsBack(waiting: Waiting<Known>): boolean {
    if (this.isOff) return false;
    const { record, before } = waiting;
    const { rows } = this.store;
    const now = encodedBases(record);
    if (!isSilenced(rows.ecosystemsOf(before.recordId), now)) return false;
    const ecosystems = rows.spokenOf(before.recordId);
    if (ecosystems.length === 0) return false;
    this.held.hold(record.id, {
      row: waiting,
      ecosystems,
      isEmpty: !record.isWithdrawn && record.affected.length === 0,
    });
    this.recordIds.add(before.recordId);
    return true;
  }

  waitingOf(id: string): Waiting<Known> | undefined {
    return this.held.rowOf(id);
  }

  /** Another form of it counts. */
  drop(id: string): void {
    const waiting = this.held.rowOf(id);
    if (waiting === undefined) return;
    this.held.drop(id);
    this.recordIds.delete(waiting.before.recordId);
  }

  waiting(): readonly Waiting<Known>[] {
    return this.held.rows();
  }

  /** `ended`: releases whose last word stays; `gone`: by how many records there are fewer; `staying`: that are missing and stay. */
  counts(
    ended: ReadonlySet<string>,
    { gone, staying }: { readonly gone: number; readonly staying: number },
  ): Omit<SilencedCounts, 'maxShrinkPercent'> | undefined {
    const silenced = this.held.missed(ended);
    if (!isSilenceSuspect(silenced)) return undefined;
    return { before: this.speakingBefore() - staying, silenced, gone: Math.max(0, gone) };
  }

  /** Asked only on the day it matters. What is new has higher numbers. */
  private speakingBefore(): number {
    let last = 0;
    for (const { recordId } of this.part.known.values()) last = Math.max(last, recordId);
    const row = this.store.database
      .prepare(
        `SELECT count(*) AS records FROM record
          WHERE part_id = ? AND record_id <= ? AND gone_at IS NULL AND withdrawn = 0 AND affected <> '[]'`,
      )
      .get(this.part.partId, last);
    return row === undefined ? 0 : numberIn(row, 'records');
  }
}
