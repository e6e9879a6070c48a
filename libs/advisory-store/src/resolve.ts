import type { DatabaseSync } from 'node:sqlite';
import { ecosystemBase } from '@tidewaiter/contracts';
import { copyOfEachEcosystem } from '@tidewaiter/feeds';
import { aliasGroups, type AliasRecord } from '@tidewaiter/matching';
import { decodeLinks } from './codec';

/** Marks the rows of copies that another part's copy of the same record overrules; of all records, or of those that changed. */
export function resolveCopies(database: DatabaseSync, changedIds?: ReadonlySet<string>): void {
  database.exec('BEGIN');
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
    `SELECT DISTINCT e.ecosystem_id, e.name FROM affected a
     JOIN package_key k ON k.key_id = a.key_id JOIN ecosystem e ON e.ecosystem_id = k.ecosystem_id
     WHERE a.record_id = ?`,
  );
  // A subquery per row, because "key_id IN (...)" would walk all keys of the ecosystem for each record.
  const overrule = database.prepare(
    `UPDATE affected SET live = 0
     WHERE record_id = ? AND (SELECT k.ecosystem_id FROM package_key k WHERE k.key_id = affected.key_id) = ?`,
  );
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

/** No row of these records is overruled any more. */
function revive(database: DatabaseSync, changedIds: ReadonlySet<string> | undefined): void {
  if (changedIds === undefined) {
    database.exec('UPDATE affected SET live = 1 WHERE live = 0');
    return;
  }
  const statement = database.prepare(
    `UPDATE affected SET live = 1
     WHERE live = 0 AND record_id IN (SELECT record_id FROM record WHERE id = ? AND gone_at IS NULL)`,
  );
  const isAnyOverruled = database.prepare('SELECT 1 FROM affected WHERE live = 0 LIMIT 1').get() !== undefined;
  if (isAnyOverruled) for (const id of changedIds) statement.run(id);
}

/** Works out which vulnerabilities each record is about, over everything the store holds. */
export function resolveVulnerabilities(database: DatabaseSync): void {
  // A record that names no other id is in a group only when others name it, and then they bring it in.
  const groups = aliasGroups(linksOfRecords(database, 'AND links IS NOT NULL'));
  database.exec('BEGIN; DELETE FROM record_vulnerability;');
  const insert = database.prepare('INSERT INTO record_vulnerability (id, refs) VALUES (?, ?)');
  for (const record of linksOfRecords(database, '')) {
    const refs = groups.vulnerabilitiesOf(record);
    const [only] = refs;
    const standsForItself = refs.length === 1 && only?.id === record.id && only.aliases.length === 0;
    if (!standsForItself) insert.run(record.id, JSON.stringify(refs));
  }
  database.exec('COMMIT');
}

/** One entry an id, with what any of its copies says; streamed, because there are many. */
function* linksOfRecords(database: DatabaseSync, filter: string): Generator<AliasRecord> {
  const rows = database.prepare(`SELECT id, links FROM record WHERE gone_at IS NULL ${filter} ORDER BY id`);
  let current: AliasRecord | undefined;
  for (const row of rows.iterate()) {
    const id = String(row.id);
    const links = decodeLinks(typeof row.links === 'string' ? row.links : null);
    if (current?.id === id) {
      current = {
        id,
        aliases: [...new Set([...current.aliases, ...links.aliases])],
        upstream: [...new Set([...current.upstream, ...links.upstream])],
      };
      continue;
    }
    if (current !== undefined) yield current;
    current = { id, ...links };
  }
  if (current !== undefined) yield current;
}

/** Live advisories of each ecosystem that were not withdrawn, so that the status needs no look at every row. */
export function countEcosystems(database: DatabaseSync): void {
  database.exec(`
    UPDATE ecosystem SET advisory_count = (
      SELECT count(DISTINCT a.record_id) FROM package_key k JOIN affected a ON a.key_id = k.key_id
      WHERE k.ecosystem_id = ecosystem.ecosystem_id AND a.live = 1
        AND a.record_id NOT IN (SELECT record_id FROM record WHERE withdrawn = 1))`);
}
