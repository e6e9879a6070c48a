import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { packed, saysSomething, type EncodedRecord } from './codec';
import { linkOf, linksText, payloadNumberOf, readLinks, rowIdOf, type Link } from './link';
import { PackageKeys, WaitingLinks } from './package-keys';
import { RowInserts } from './row-inserts';
import { payloadIn, textIn } from './rows';

/** As many are looked through faster than a set of them is made; most records have no more. */
const fewAffected = 8;

/** A record as it is to be written. */
export interface RecordToWrite {
  readonly partId: number;
  readonly record: EncodedRecord;
  /** Of its content, in base64. */
  readonly hash: string;
}

export type IsEcosystem = (ecosystem: string) => boolean;

interface KeptEntry {
  readonly ecosystem: string;
  readonly keyId: number;
  readonly payload: string | Uint8Array;
}

/** The rows of records and of what belongs to them, of all parts that are being written. Until a flush some are not there. */
export class RecordRows {
  private readonly statements: Readonly<Record<keyof typeof sql, StatementSync>>;
  private readonly keys: PackageKeys;
  private readonly records: RowInserts;
  private readonly payloads: RowInserts;
  /** By part. */
  private readonly waiting = new Map<number, WaitingLinks>();
  private nextRecordId: number;

  constructor(database: DatabaseSync) {
    this.statements = {
      touch: database.prepare(sql.touch),
      replace: database.prepare(sql.replace),
      bury: database.prepare(sql.bury),
      links: database.prepare(sql.links),
      affected: database.prepare(sql.affected),
      setAffected: database.prepare(sql.setAffected),
      forget: database.prepare(sql.forget),
      unstamp: database.prepare(sql.unstamp),
      setFormHash: database.prepare(sql.setFormHash),
      payload: database.prepare(sql.payload),
      delete: database.prepare(sql.delete),
      deletePayloads: database.prepare(sql.deletePayloads),
    };
    this.keys = new PackageKeys(database);
    this.records = new RowInserts(database, 'record', recordColumns);
    this.payloads = new RowInserts(database, 'payload', ['record_id', 'payload_number', 'payload']);
    const last = database.prepare('SELECT max(record_id) AS last FROM record').get()?.last;
    this.nextRecordId = Number(last ?? 0) + 1;
  }

  /** Returns its number. */
  insert({ partId, record, hash }: RecordToWrite): number {
    const recordId = this.nextRecordId++;
    const affected = linksText(this.listRecord(recordId, { partId, record }, new Set()));
    this.insertPayloads(recordId, record);
    const { id, modified, stamp, isWithdrawn, links, body } = record;
    const content = Buffer.from(hash, 'base64');
    this.records.add(recordId, partId, id, content, modified, stamp, Number(isWithdrawn), links, body, affected);
    return recordId;
  }

  /**
   * Puts a record in the place of one that was there at the last flush. Keys that it had before list it as they did. What it said of the
   * ecosystems that are to be kept and says no more stays; returns which these are.
   */
  replace(recordId: number, { partId, record, hash }: RecordToWrite, isKept?: IsEcosystem): ReadonlySet<string> {
    const before = new Set(this.affectedOf(recordId));
    const own = this.listRecord(recordId, { partId, record }, before);
    const kept = isKept === undefined ? [] : this.keptOf(recordId, before, isKept);
    this.statements.deletePayloads.run(recordId);
    this.insertPayloads(recordId, record);
    own.push(...this.listKept(recordId, kept, { partId, from: record.texts.length, listed: before }));
    const affected = linksText(own);
    this.unlist(recordId, before);
    const { modified, stamp, isWithdrawn, links, body } = record;
    const content = Buffer.from(hash, 'base64');
    this.statements.replace.run(content, modified, stamp, Number(isWithdrawn), links, body, affected, recordId);
    return new Set(kept.map(({ ecosystem }) => ecosystem));
  }

  /** Takes out what a record that was there at the last flush says of some ecosystems. Returns whether anything is left. */
  drop(recordId: number, isDropped: IsEcosystem): boolean {
    const links = this.affectedOf(recordId);
    const dropped = new Set(links.filter((link) => isDropped(this.keys.ecosystemOf(rowIdOf(link)))));
    if (dropped.size === 0) return links.length > 0;
    const rest = links.filter((link) => !dropped.has(link));
    this.unlist(recordId, dropped);
    this.statements.setAffected.run(linksText(rest), recordId);
    return rest.length > 0;
  }

  /** Of what a record that was there at the last flush speaks, once for each package. */
  ecosystemsOf(recordId: number): readonly string[] {
    const keys = new Set(this.affectedOf(recordId).map(rowIdOf));
    return [...keys].map((keyId) => this.keys.ecosystemOf(keyId));
  }

  /** Of what a record that was there at the last flush says something: of nothing when it is withdrawn. */
  spokenOf(recordId: number): readonly string[] {
    const row = this.statements.affected.get(recordId);
    if (row === undefined || row.withdrawn === 1) return [];
    const links = readLinks(textIn(row, 'affected'));
    const payloads = new Map<number, boolean>();
    for (const number of new Set(links.map(payloadNumberOf))) {
      const payload = this.statements.payload.get(recordId, number);
      payloads.set(number, payload !== undefined && saysSomething(payloadIn(payload)));
    }
    const saying = links.filter((link) => payloads.get(payloadNumberOf(link)) === true);
    return [...new Set(saying.map((link) => this.keys.ecosystemOf(rowIdOf(link))))];
  }

  /** It is compared with nothing the next time, and so read anew. */
  forget(recordId: number): void {
    this.statements.forget.run(recordId);
  }

  /** It is read the next time, in whatever bytes it comes. */
  unstamp(recordId: number): void {
    this.statements.unstamp.run(recordId);
  }

  /** The hash of what it says here, in base64. */
  setFormHash(recordId: number, hash: string): void {
    this.statements.setFormHash.run(Buffer.from(hash, 'base64'), recordId);
  }

  private keptOf(recordId: number, links: Iterable<Link>, isKept: IsEcosystem): readonly KeptEntry[] {
    return [...links].flatMap((link) => {
      const ecosystem = this.keys.ecosystemOf(rowIdOf(link));
      if (!isKept(ecosystem)) return [];
      const row = this.statements.payload.get(recordId, payloadNumberOf(link));
      return row === undefined ? [] : { ecosystem, keyId: rowIdOf(link), payload: payloadIn(row) };
    });
  }

  /** With payloads of their own, whose numbers are behind those of the record's texts. */
  private listKept(
    recordId: number,
    kept: readonly KeptEntry[],
    { partId, from, listed }: { readonly partId: number; readonly from: number; readonly listed: Set<Link> },
  ): readonly Link[] {
    return kept.map(({ keyId, payload }, at) => {
      const key = this.keys.storedKey(keyId);
      const link = linkOf(recordId, from + at);
      this.payloads.add(recordId, from + at, payload);
      const own = linkOf(keyId, from + at);
      if (!listed.delete(own)) this.keys.add(key, link, this.waitingOf(partId));
      return own;
    });
  }

  /** The same content in other bytes. */
  touch(recordId: number, modified: string, stamp: string | null): void {
    this.statements.touch.run(modified, stamp, recordId);
  }

  /** One that was there at the last flush stays as a tombstone: known, and affecting nothing. */
  bury(recordId: number, goneAt: string): void {
    this.unlist(recordId, this.affectedOf(recordId));
    this.statements.deletePayloads.run(recordId);
    this.statements.bury.run(goneAt, recordId);
  }

  /** One that was there at the last flush leaves nothing. */
  delete(recordId: number): void {
    this.unlist(recordId, this.affectedOf(recordId));
    this.statements.deletePayloads.run(recordId);
    this.statements.delete.run(recordId);
  }

  /** Whether a record that was there at the last flush says of other ids what it would say: what is withdrawn joins none. */
  isLinkedLike(recordId: number, { links, isWithdrawn }: Pick<EncodedRecord, 'links' | 'isWithdrawn'>): boolean {
    const row = this.statements.links.get(recordId);
    return row?.links === links && row.withdrawn === Number(isWithdrawn);
  }

  flush(): void {
    this.flushRecords();
    for (const waiting of this.waiting.values()) this.keys.flush(waiting);
    this.keys.flushRemoved();
  }

  /** The part is read: what waits of it is written while others are still being read. */
  flushPart(partId: number): void {
    this.flushRecords();
    this.keys.flush(this.waitingOf(partId));
    this.keys.flushRemoved();
    this.waiting.delete(partId);
  }

  private flushRecords(): void {
    this.records.flush();
    this.payloads.flush();
  }

  private waitingOf(partId: number): WaitingLinks {
    const known = this.waiting.get(partId);
    if (known !== undefined) return known;
    const waiting = new WaitingLinks();
    this.waiting.set(partId, waiting);
    return waiting;
  }

  /** Lists a record with the keys of what it affects, but with those that `listed` has, and takes these from there. Returns its own list. */
  private listRecord(
    recordId: number,
    { partId, record: { texts, affected } }: Omit<RecordToWrite, 'hash'>,
    listed: Set<Link>,
  ): Link[] {
    const waiting = this.waitingOf(partId);
    const textAt = (at: number): string => texts[affected[at] ?? -1] ?? '';
    const own: Link[] = [];
    const seen = affected.length > fewAffected * 3 ? new Set<Link>() : undefined;
    for (let at = 0; at < affected.length; at += 3) {
      const key = this.keys.keyOf(textAt(at), textAt(at + 1));
      const payloadNumber = affected[at + 2] ?? 0;
      const link = linkOf(key.keyId, payloadNumber);
      // Some say the same of the same package twice.
      const isRepeated = seen === undefined ? own.includes(link) : seen.has(link);
      own.push(link);
      seen?.add(link);
      if (isRepeated) continue;
      if (!listed.delete(link)) this.keys.add(key, linkOf(recordId, payloadNumber), waiting);
    }
    return own;
  }

  /** `links` are some of its own. */
  private unlist(recordId: number, links: Iterable<Link>): void {
    for (const link of links) this.keys.remove(rowIdOf(link), linkOf(recordId, payloadNumberOf(link)));
  }

  private insertPayloads(recordId: number, { texts, affected }: EncodedRecord): void {
    const written = new Set<number>();
    for (let at = 2; at < affected.length; at += 3) {
      const payloadNumber = affected[at] ?? 0;
      if (written.has(payloadNumber)) continue;
      written.add(payloadNumber);
      this.payloads.add(recordId, payloadNumber, packed(texts[payloadNumber] ?? ''));
    }
  }

  private affectedOf(recordId: number): readonly Link[] {
    const row = this.statements.affected.get(recordId);
    return row === undefined ? [] : readLinks(textIn(row, 'affected'));
  }
}

const recordColumns = [
  'record_id',
  'part_id',
  'id',
  'hash',
  'modified',
  'stamp',
  'withdrawn',
  'links',
  'body',
  'affected',
] as const;

const sql = {
  touch: 'UPDATE record SET modified = ?, stamp = ? WHERE record_id = ?',
  replace: `UPDATE record SET hash = ?, modified = ?, stamp = ?, withdrawn = ?, links = ?, body = ?, affected = ?, gone_at = NULL,
      form_hash = NULL
    WHERE record_id = ?`,
  bury: "UPDATE record SET gone_at = ?, affected = '[]', form_hash = NULL WHERE record_id = ?",
  links: 'SELECT links, withdrawn FROM record WHERE record_id = ?',
  affected: 'SELECT affected, withdrawn FROM record WHERE record_id = ?',
  setAffected: 'UPDATE record SET affected = ? WHERE record_id = ?',
  forget: "UPDATE record SET hash = x'', stamp = NULL WHERE record_id = ?",
  setFormHash: 'UPDATE record SET form_hash = nullif(?, hash) WHERE record_id = ?',
  unstamp: 'UPDATE record SET stamp = NULL WHERE record_id = ?',
  payload: 'SELECT payload FROM payload WHERE record_id = ? AND payload_number = ?',
  delete: 'DELETE FROM record WHERE record_id = ?',
  deletePayloads: 'DELETE FROM payload WHERE record_id = ?',
} as const;
