import type { DatabaseSync } from 'node:sqlite';
import { isRelease, negligible } from '@tidewaiter/feeds';
import { encodeRecord, hashOf, type EncodedRecord } from './codec';
import { linkSql } from './link';
import type { RecordRows } from './record-rows';
import { numberIn } from './rows';
import { StoredRecords } from './stored-records';

/** Releases that a source says nothing of any more: since when, in RFC 3339. */
export type Frozen = Readonly<Record<string, string>>;

/** Written by `PartFreeze` of the same schema version. */
export function readFrozen(stored: unknown): Frozen {
  return typeof stored === 'string' ? (JSON.parse(stored) as Frozen) : {};
}

export interface EndedReleases {
  /** Of these the last word stays, or what a bundle brought was that where it was made. */
  readonly frozen: Frozen;
  /** Of these nothing was told: what is there stays. */
  readonly kept: ReadonlySet<string>;
  /** Ecosystems and releases of which few records spoke, and none does any more. */
  readonly takenBack: readonly string[];
  /** Releases that are told of again, and of how many packages of records what was kept of them is not. */
  readonly thawed: Readonly<Record<string, number>>;
  /** Numbers of records that are missing and stay, as they speak of these. */
  readonly staying: ReadonlySet<number>;
}

interface Part {
  readonly partId: number;
  readonly frozen: Frozen;
  readonly task: { readonly now: string; readonly isAllBelieved: boolean; readonly frozen?: Frozen | undefined };
  /** It has nothing that could be kept. */
  readonly isNew: boolean;
}

/**
 * A publisher drops a release that is over from one day to the next, and everything known of it with it. What was known stays: entries
 * of a release of which nothing was read yet are left where they are while records are replaced, and at the end, when it is known of
 * which releases there is still word, either stay for good or go. A record's hash is of what its source says, with or without them. So an
 * import pays for what ended and for nothing else.
 */
export class PartFreeze {
  private readonly seen = new Set<string>();
  /** Of which releases records that were replaced still say what they said before. */
  private readonly kept = new Map<number, ReadonlySet<string>>();
  /** All that were replaced. */
  private readonly replaced = new Set<number>();
  private known: EndedReleases | undefined;

  constructor(
    private readonly store: { readonly database: DatabaseSync; readonly rows: RecordRows },
    private readonly part: Part,
  ) {}

  see(records: readonly EncodedRecord[]): void {
    this.known = undefined;
    if (this.part.isNew) return;
    for (const { texts, affected } of records) {
      for (let at = 0; at < affected.length; at += 3) this.seen.add(texts[affected[at] ?? -1] ?? '');
    }
  }

  /** Of an ecosystem as a whole nothing stays, but that it is gone is told. */
  readonly isUnseen = (ecosystem: string): boolean => !this.part.task.isAllBelieved && !this.seen.has(ecosystem);

  keep(recordId: number, ecosystems: ReadonlySet<string>): void {
    this.replaced.add(recordId);
    const known = this.kept.get(recordId);
    if (ecosystems.size > 0) this.kept.set(recordId, new Set([...(known ?? []), ...ecosystems]));
  }

  /** When all is written. `missing`: numbers of the records that were not among it; `silenced`: of those that are to say nothing any more. */
  ended(missing: readonly number[], silenced: ReadonlySet<number>, isAnyThere: boolean): EndedReleases {
    this.known ??= this.part.isNew ? this.endedWith({}) : this.endedNow(missing, silenced, isAnyThere);
    return this.known;
  }

  private endedNow(missing: readonly number[], silenced: ReadonlySet<number>, isAnyThere: boolean): EndedReleases {
    const { frozen: before, task } = this.part;
    if (task.isAllBelieved) return this.endedWith({});
    if (!isAnyThere) return this.endedWith(before);
    const lost = new Map(
      [...missing, ...silenced].map((recordId) => [recordId, this.store.rows.ecosystemsOf(recordId)]),
    );
    const losing = new Set([...[...lost.values()].flat(), ...[...this.kept.values()].flatMap((each) => [...each])]);
    const frozen: Record<string, string> = {};
    const takenBack: string[] = [];
    const thawed: Record<string, number> = {};
    for (const ecosystem of new Set([...Object.keys(before), ...losing])) {
      if (this.seen.has(ecosystem)) {
        const count = before[ecosystem] === undefined ? 0 : this.countLost(ecosystem, lost);
        if (count > 0) thawed[ecosystem] = count;
        continue;
      }
      if (before[ecosystem] !== undefined) frozen[ecosystem] = before[ecosystem];
      else if (this.isSpokenOf(ecosystem, lost)) continue;
      else if (isRelease(ecosystem) && this.hasMany(ecosystem)) frozen[ecosystem] = task.now;
      else if (!this.isInOtherParts(ecosystem)) takenBack.push(ecosystem);
    }
    const staying = [...lost].filter(
      ([recordId, ecosystems]) => !silenced.has(recordId) && ecosystems.some((each) => frozen[each] !== undefined),
    );
    return { ...this.endedWith(frozen), takenBack, thawed, staying: new Set(staying.map(([recordId]) => recordId)) };
  }

  private endedWith(frozen: Frozen): EndedReleases {
    const kept = new Set(Object.keys(frozen));
    return { frozen: { ...frozen, ...this.part.task.frozen }, kept, takenBack: [], thawed: {}, staying: new Set() };
  }

  /** Other records do than those that lose it. */
  private isSpokenOf(ecosystem: string, lost: ReadonlyMap<number, unknown>): boolean {
    for (const recordId of this.recordsOf(ecosystem)) {
      if (!lost.has(recordId) && this.kept.get(recordId)?.has(ecosystem) !== true) return true;
    }
    return false;
  }

  /** What is there of a release that was frozen and is told of again, and is not told any more. */
  private countLost(release: string, lost: ReadonlyMap<number, unknown>): number {
    const untold = new Set(this.recordsOf(release, 'r.form_hash IS NOT NULL'));
    let packages = 0;
    for (const recordId of this.recordsOf(release)) {
      const isKept = this.kept.get(recordId)?.has(release) === true;
      if (lost.has(recordId) || isKept || (untold.has(recordId) && !this.replaced.has(recordId))) packages += 1;
    }
    return packages;
  }

  /** Few are what was taken back. */
  private hasMany(release: string): boolean {
    let packages = 0;
    for (const _ of this.recordsOf(release)) packages += 1;
    return packages > negligible;
  }

  /** A record of the export `npm` may speak of Hex too, and what is said of Hex is in an export of its own. */
  private isInOtherParts(ecosystem: string): boolean {
    const found = this.store.database
      .prepare(
        `SELECT 1 FROM ecosystem e JOIN package_key k USING (ecosystem_id)
           JOIN json_each(k.affected) link JOIN record r ON r.record_id = ${linkSql.rowId} JOIN part p USING (part_id)
          WHERE e.name = ? AND p.feed = (SELECT feed FROM part WHERE part_id = ?) AND p.part_id <> ? AND r.gone_at IS NULL
          LIMIT 1`,
      )
      .get(ecosystem, this.part.partId, this.part.partId);
    return found !== undefined;
  }

  /** Takes back what was kept of releases that are still told of, and what was frozen of those that are told of again. Returns of which. */
  settle(): ReadonlySet<number> {
    const { frozen, kept, staying } = this.known ?? this.endedWith(this.part.frozen);
    const { rows } = this.store;
    const changed = new Set<number>();
    for (const [recordId, ecosystems] of this.kept) {
      rows.drop(recordId, (each) => ecosystems.has(each) && !kept.has(each));
    }
    for (const release of Object.keys(this.part.frozen).filter((each) => !kept.has(each))) {
      for (const recordId of [...this.recordsOf(release, 'r.form_hash IS NOT NULL')]) {
        if (this.replaced.has(recordId) || staying.has(recordId)) continue;
        rows.drop(recordId, (each) => each === release);
        changed.add(recordId);
      }
    }
    for (const recordId of staying) {
      // When it is there again it is read, also in the bytes it had: its release is told of then.
      rows.unstamp(recordId);
      if (rows.ecosystemsOf(recordId).every((each) => kept.has(each))) continue;
      rows.drop(recordId, (each) => !kept.has(each));
      rows.forget(recordId);
      changed.add(recordId);
    }
    this.writeFrozen(frozen);
    this.writeFormHashes([...this.kept.keys(), ...changed]);
    return changed;
  }

  /** It was not read to its end: what was kept is settled by the next reading that is. */
  giveUp(): void {
    this.known = this.endedWith(this.part.frozen);
    this.store.rows.flush();
    for (const recordId of this.kept.keys()) this.store.rows.forget(recordId);
    this.writeFrozen(this.known.frozen);
    this.writeFormHashes(this.kept.keys());
  }

  private writeFrozen(frozen: Frozen): void {
    const text = JSON.stringify(frozen);
    this.store.database.prepare('UPDATE part SET frozen = ? WHERE part_id = ?').run(text, this.part.partId);
  }

  /** Of records that say something else here than their source says. */
  private writeFormHashes(recordIds: Iterable<number>): void {
    const { database, rows } = this.store;
    rows.flush();
    const stored = new StoredRecords(database);
    for (const recordId of recordIds) rows.setFormHash(recordId, hashOf(encodeRecord(stored.read(recordId), null)));
  }

  /** Once for each package. */
  private *recordsOf(release: string, condition = 'true'): Generator<number> {
    const rows = this.store.database
      .prepare(
        `SELECT ${linkSql.rowId} AS record_id FROM ecosystem e JOIN package_key k USING (ecosystem_id)
           JOIN json_each(k.affected) link JOIN record r ON r.record_id = ${linkSql.rowId}
          WHERE e.name = ? AND r.part_id = ? AND r.gone_at IS NULL AND ${condition}`,
      )
      .iterate(release, this.part.partId);
    for (const row of rows) yield numberIn(row, 'record_id');
  }
}
