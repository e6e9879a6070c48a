import type { DatabaseSync } from 'node:sqlite';
import { ecosystemBase } from '@tidewaiter/contracts';
import { copyOfEachEcosystem } from '@tidewaiter/feeds';
import { aliasGroups, type AliasGroups, type AliasRecord } from '@tidewaiter/matching';
import { decodeLinks } from './codec';
import { linkSql } from './link';
import { RowInserts } from './row-inserts';
import { textIn } from './rows';

/** Notes what copies say that another part's copy of the same record overrules; of all records, or of those that changed. */
export function resolveCopies(database: DatabaseSync, changedIds?: ReadonlySet<string>): void {
  // Others may read meanwhile. One that begins to read and then wants to write would be refused and not wait for them.
  database.exec('BEGIN IMMEDIATE');
  revive(database, changedIds);
  const repeated = database
    .prepare(
      `WITH repeated AS (SELECT id FROM record WHERE gone_at IS NULL GROUP BY id HAVING count(*) > 1)
       SELECT p.feed, r.id FROM repeated JOIN record r USING (id) JOIN part p USING (part_id)
       WHERE r.gone_at IS NULL GROUP BY p.feed, r.id HAVING count(*) > 1`,
    )
    .all();
  const copiesOf = database.prepare(
    `SELECT r.record_id, r.modified, p.name AS part FROM record r JOIN part p ON p.part_id = r.part_id
     WHERE p.feed = ? AND r.id = ? AND r.gone_at IS NULL ORDER BY p.name`,
  );
  const ecosystemsOf = database.prepare(
    `SELECT DISTINCT e.ecosystem_id, e.name FROM record r JOIN json_each(r.affected) link
     JOIN package_key k ON k.key_id = ${linkSql.rowId} JOIN ecosystem e ON e.ecosystem_id = k.ecosystem_id
     WHERE r.record_id = ?`,
  );
  const overrule = database.prepare('INSERT INTO overruled (record_id, ecosystem_id) VALUES (?, ?)');
  for (const { feed, id } of repeated) {
    if (changedIds?.has(String(id)) === false) continue;
    const copies = copiesOf.all(String(feed), String(id)).map((row) => ({
      recordId: Number(row.record_id),
      part: String(row.part),
      modified: String(row.modified),
      rows: ecosystemsOf.all(Number(row.record_id)).map((e) => ({ id: Number(e.ecosystem_id), name: String(e.name) })),
    }));
    const chosen = copyOfEachEcosystem(
      copies.map(({ part, modified, rows }) => ({ part, modified, ecosystems: rows.map(({ name }) => name) })),
    );
    copies.forEach(({ recordId, rows }, index) => {
      for (const row of rows) if (chosen.get(ecosystemBase(row.name)) !== index) overrule.run(recordId, row.id);
    });
  }
  database.exec('COMMIT');
}

/** Nothing of these records is overruled any more. */
function revive(database: DatabaseSync, changedIds: ReadonlySet<string> | undefined): void {
  if (changedIds === undefined) {
    database.exec('DELETE FROM overruled');
    return;
  }
  const statement = database.prepare(
    'DELETE FROM overruled WHERE record_id IN (SELECT record_id FROM record WHERE id = ? AND gone_at IS NULL)',
  );
  const isAnyOverruled = database.prepare('SELECT 1 FROM overruled LIMIT 1').get() !== undefined;
  if (isAnyOverruled) for (const id of changedIds) statement.run(id);
}

/** Of a record, the vulnerabilities it is about, as they lie in the file. */
export type VulnerabilityRow = readonly [id: string, refs: string];

/** Works out which vulnerabilities each record is about, over everything the store holds. One that stands for itself has no row. */
export function* vulnerabilityRows(database: DatabaseSync): Generator<VulnerabilityRow> {
  const linked = [...linkedRecords(database)];
  // A record that names no other id is in a group only when others name it, and then they bring it in.
  const groups = aliasGroups(linked);
  for (const record of linked) {
    const row = rowOf(record, groups);
    if (row !== undefined) yield row;
  }
  const ids = new Set(linked.map(({ id }) => id));
  const others = database.prepare('SELECT DISTINCT id FROM record WHERE gone_at IS NULL AND links IS NULL');
  for (const row of others.iterate()) {
    const id = textIn(row, 'id');
    if (ids.has(id)) continue;
    const named = rowOf({ id, ...nothing }, groups);
    if (named !== undefined) yield named;
  }
}

function rowOf(record: AliasRecord, groups: AliasGroups): VulnerabilityRow | undefined {
  const refs = groups.vulnerabilitiesOf(record);
  const [only] = refs;
  const standsForItself = refs.length === 1 && only?.id === record.id && only.aliases.length === 0;
  return standsForItself ? undefined : [record.id, JSON.stringify(refs)];
}

/** Puts rows in the place of those that are there. */
export class VulnerabilityWriting {
  private readonly rows: RowInserts;

  constructor(private readonly database: DatabaseSync) {
    database.exec('BEGIN IMMEDIATE; DELETE FROM record_vulnerability;');
    this.rows = new RowInserts(database, 'record_vulnerability', ['id', 'refs']);
  }

  write(rows: Iterable<VulnerabilityRow>): void {
    for (const row of rows) this.rows.add(...row);
  }

  finish(): void {
    this.rows.flush();
    this.database.exec('COMMIT');
  }
}

export function resolveVulnerabilities(database: DatabaseSync): void {
  const writing = new VulnerabilityWriting(database);
  writing.write(vulnerabilityRows(database));
  writing.finish();
}

/** A record that says nothing of other ids. */
const nothing = { aliases: [], upstream: [], isWithdrawn: false };

/** Those that name others. One entry an id, with what any of its copies says that are not withdrawn, if there are such. */
function* linkedRecords(database: DatabaseSync): Generator<AliasRecord> {
  // In the order of an index that has all of this.
  const rows = database.prepare(
    'SELECT id, links, withdrawn FROM record WHERE gone_at IS NULL AND links IS NOT NULL ORDER BY id',
  );
  const standing = database.prepare(
    'SELECT 1 FROM record WHERE id = ? AND gone_at IS NULL AND links IS NULL AND withdrawn = 0',
  );
  const finished = (record: AliasRecord): AliasRecord =>
    record.isWithdrawn && standing.get(record.id) !== undefined ? { id: record.id, ...nothing } : record;
  let current: AliasRecord | undefined;
  for (const row of rows.iterate()) {
    const copy = { id: textIn(row, 'id'), ...decodeLinks(textIn(row, 'links')), isWithdrawn: row.withdrawn === 1 };
    if (current?.id === copy.id) {
      current = joined(current, copy);
      continue;
    }
    if (current !== undefined) yield finished(current);
    current = copy;
  }
  if (current !== undefined) yield finished(current);
}

/** Two copies of a record. */
function joined(a: AliasRecord, b: AliasRecord): AliasRecord {
  if (a.isWithdrawn !== b.isWithdrawn) return a.isWithdrawn ? b : a;
  return {
    id: a.id,
    aliases: [...new Set([...a.aliases, ...b.aliases])],
    upstream: [...new Set([...a.upstream, ...b.upstream])],
    isWithdrawn: a.isWithdrawn,
  };
}
