import { statSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  AdvisoryHead,
  AdvisoryIndex,
  AdvisoryKey,
  AdvisoryMatchInput,
  VulnerabilityRef,
} from '@tidewaiter/contracts';
import { speaksFor } from '@tidewaiter/feeds';
import { decodeAffected, decodeRecord } from './codec';
import { linkSql } from './link';
import { openForReading } from './open';
import { numberIn, payloadIn, textIn, type Row } from './rows';
import { readFrozen, type Frozen } from './part-freeze';
import { schemaVersion } from './schema';
import { scoreLookup, type ScoreLookup } from './scores';
import { cycleLookup, storedThreats, threatLookup, type CycleLookup, type StoredThreats, type Threat } from './threats';

interface StorePart {
  readonly feed: string;
  /** The export it came from, for example `npm`. */
  readonly name: string;
  readonly importedAt: string;
  /** False of one that no import has read to its end. */
  readonly wasReadWhole: boolean;
  readonly records: number;
  readonly withdrawn: number;
  /** Records that an import no longer found. */
  readonly gone: number;
  /** Of the newest record. */
  readonly newest: string | undefined;
  /** Releases that its source says nothing of any more and whose last word stays: since when, in RFC 3339. */
  readonly frozen: Frozen;
}

export interface StoreStatus {
  readonly path: string;
  readonly schemaVersion: number;
  readonly sizeBytes: number;
  /** When the part that was imported longest ago was imported; absent in an empty store. */
  readonly oldestImportAt: string | undefined;
  readonly parts: readonly StorePart[];
  /** What is known of attacks and of releases, beside advisories. */
  readonly threats: readonly StoredThreats[];
  readonly ecosystems: readonly { readonly ecosystem: string; readonly advisories: number }[];
}

/** A finished store, open for reading. Readers are not disturbed by an import: it replaces the file. */
export interface AdvisoryStore extends AdvisoryIndex {
  /** What is known of a vulnerability by any of its names, beside its records. */
  threatOf(names: readonly string[]): Threat;
  readonly cyclesOf: CycleLookup;
  readonly path: string;
  /** When the part that was imported longest ago was imported; undefined of an empty store. Asked by every scan, so it counts nothing. */
  oldestImportAt(): string | undefined;
  /** Releases that a source says nothing of any more and whose last word stays. Asked by every scan as well. */
  frozen(): readonly FrozenRelease[];
  /** Looks at every record. */
  status(): StoreStatus;
  close(): void;
}

interface FrozenRelease {
  readonly release: string;
  readonly feed: string;
  /** Of the export it came from. */
  readonly name: string;
  /** RFC 3339. */
  readonly since: string;
}

type Resolved = Pick<AdvisoryMatchInput, 'advisory' | 'vulnerabilities'>;

const isOverruled =
  'EXISTS (SELECT 1 FROM overruled o WHERE o.record_id = r.record_id AND o.ecosystem_id = k.ecosystem_id)';

const lookupSql = `
  SELECT c.payload, r.record_id, r.id, r.modified, r.links, r.body, p.feed, v.refs
  FROM package_key k
  JOIN json_each(k.affected) link
  JOIN record r ON r.record_id = ${linkSql.rowId}
  JOIN payload c ON c.record_id = r.record_id AND c.payload_number = ${linkSql.payloadNumber}
  JOIN part p ON p.part_id = r.part_id
  LEFT JOIN record_vulnerability v ON v.id = r.id
  WHERE k.ecosystem_id = ? AND k.name = ? AND NOT ${isOverruled}
  ORDER BY r.id, p.feed, p.name, c.payload_number`;

/**
 * A record of OSV's part `npm` may speak of a package of Hex too: that says nothing of the other packages of Hex. What speaks of an
 * ecosystem as a whole is its own part, or one that is named after none.
 */
const coverageSql = `
  SELECT 1 FROM package_key k
  JOIN json_each(k.affected) link
  JOIN record r ON r.record_id = ${linkSql.rowId}
  JOIN part p ON p.part_id = r.part_id
  WHERE k.ecosystem_id = ? AND NOT ${isOverruled}
    AND (p.name = ? OR p.name NOT IN (SELECT substr(name, 1, instr(name || ':', ':') - 1) FROM ecosystem))
  LIMIT 1`;

/** With how many live advisories each has that were not withdrawn. */
const ecosystemsSql = `
  SELECT name, advisories FROM (
    SELECT e.name, (
      SELECT count(DISTINCT r.record_id) FROM package_key k
      JOIN json_each(k.affected) link
      JOIN record r ON r.record_id = ${linkSql.rowId}
      WHERE k.ecosystem_id = e.ecosystem_id AND r.withdrawn = 0 AND NOT ${isOverruled}) AS advisories
    FROM ecosystem e)
  WHERE advisories > 0 ORDER BY name`;

export function openAdvisoryStore(path: string): AdvisoryStore {
  const database = openForReading(path);
  const ecosystems = new Map(
    database
      .prepare('SELECT name, ecosystem_id FROM ecosystem')
      .all()
      .map((row) => [textIn(row, 'name'), numberIn(row, 'ecosystem_id')]),
  );
  const source = {
    statement: database.prepare(lookupSql),
    coverage: database.prepare(coverageSql),
    ecosystems,
    scoresOf: scoreLookup(database),
  };
  return {
    // The port is asynchronous because a server's index is; SQLite answers at once.
    lookup: (keys) => Promise.resolve(lookup(source, keys)),
    covers: (names) => Promise.resolve(new Set(names.filter((name) => isCovered(source, name)))),
    threatOf: threatLookup(database),
    cyclesOf: cycleLookup(database),
    path,
    oldestImportAt: () => oldestImport(database),
    frozen: () => frozenIn(database),
    status: () => statusOf(database, path),
    close: () => {
      database.close();
    },
  };
}

interface LookupSource {
  readonly statement: StatementSync;
  readonly coverage: StatementSync;
  readonly ecosystems: ReadonlyMap<string, number>;
  readonly scoresOf: ScoreLookup;
}

function isCovered({ coverage, ecosystems }: LookupSource, name: string): boolean {
  const ecosystemId = ecosystems.get(name);
  // Parts are of every release: `Debian` of `Debian:12`.
  return ecosystemId !== undefined && coverage.get(ecosystemId, name.split(':', 1)[0] ?? name) !== undefined;
}

function lookup({ statement, ecosystems, scoresOf }: LookupSource, keys: readonly AdvisoryKey[]): AdvisoryMatchInput[] {
  const found: AdvisoryMatchInput[] = [];
  const records = new Map<number, Resolved>();
  const asked = new Set<string>();
  for (const key of keys) {
    const ecosystemId = ecosystems.get(key.ecosystem);
    const question = `${key.ecosystem}\0${key.name}`;
    if (ecosystemId === undefined || asked.has(question)) continue;
    asked.add(question);
    for (const row of statement.iterate(ecosystemId, key.name)) {
      const recordId = numberIn(row, 'record_id');
      const resolved = records.get(recordId) ?? resolvedOf(row, scoresOf);
      records.set(recordId, resolved);
      const isVendors = speaksFor(resolved.advisory.feed, key.ecosystem);
      found.push({ ...resolved, isVendors, affected: decodeAffected(payloadIn(row), key) });
    }
  }
  return found;
}

function resolvedOf(row: Row, scoresOf: ScoreLookup): Resolved {
  const advisory = headOf(row);
  return { advisory, vulnerabilities: refsIn(row, advisory.id).map((ref) => withScores(ref, scoresOf)) };
}

/** Written by the import of the same schema version; a record without a row stands for itself. */
function refsIn({ refs }: Row, id: string): readonly VulnerabilityRef[] {
  return typeof refs === 'string' ? (JSON.parse(refs) as VulnerabilityRef[]) : [{ id, aliases: [] }];
}

function withScores(ref: VulnerabilityRef, scoresOf: ScoreLookup): VulnerabilityRef {
  const scores = scoresOf(ref);
  return scores.length === 0 ? ref : { ...ref, scores };
}

function headOf(row: Row): AdvisoryHead {
  return decodeRecord({
    feed: textIn(row, 'feed'),
    id: textIn(row, 'id'),
    modified: textIn(row, 'modified'),
    links: row.links === null ? null : textIn(row, 'links'),
    body: textIn(row, 'body'),
  });
}

function oldestImport(database: DatabaseSync): string | undefined {
  const row = database.prepare('SELECT min(imported_at) AS oldest FROM part').get();
  return typeof row?.oldest === 'string' ? row.oldest : undefined;
}

function frozenIn(database: DatabaseSync): readonly FrozenRelease[] {
  const rows = database.prepare("SELECT feed, name, frozen FROM part WHERE frozen <> '{}' ORDER BY feed, name").all();
  return rows.flatMap((row) => {
    const [feed, name] = [textIn(row, 'feed'), textIn(row, 'name')];
    return Object.entries(readFrozen(row.frozen)).map(([release, since]) => ({ release, feed, name, since }));
  });
}

function statusOf(database: DatabaseSync, path: string): StoreStatus {
  const parts = database
    .prepare(
      `SELECT p.feed, p.name, p.imported_at, p.whole_at IS NOT NULL AS whole, p.frozen,
              count(r.record_id) FILTER (WHERE r.gone_at IS NULL) AS records,
              count(r.record_id) FILTER (WHERE r.gone_at IS NULL AND r.withdrawn = 1) AS withdrawn,
              count(r.record_id) FILTER (WHERE r.gone_at IS NOT NULL) AS gone,
              max(r.modified) AS newest
       FROM part p LEFT JOIN record r ON r.part_id = p.part_id
       GROUP BY p.part_id ORDER BY p.feed, p.name`,
    )
    .all()
    .map(partOf);
  return {
    path,
    schemaVersion,
    sizeBytes: statSync(path).size,
    oldestImportAt: oldestImport(database),
    parts,
    threats: storedThreats(database),
    ecosystems: database
      .prepare(ecosystemsSql)
      .all()
      .map((row) => ({ ecosystem: textIn(row, 'name'), advisories: numberIn(row, 'advisories') })),
  };
}

function partOf(row: Row): StorePart {
  return {
    feed: textIn(row, 'feed'),
    name: textIn(row, 'name'),
    importedAt: textIn(row, 'imported_at'),
    wasReadWhole: row.whole === 1,
    records: numberIn(row, 'records'),
    withdrawn: numberIn(row, 'withdrawn'),
    gone: numberIn(row, 'gone'),
    newest: row.newest === null ? undefined : textIn(row, 'newest'),
    frozen: readFrozen(row.frozen),
  };
}
