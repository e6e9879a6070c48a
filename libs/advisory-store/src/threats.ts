import type { DatabaseSync } from 'node:sqlite';
import type { Enrichment, ProductCycle } from '@tidewaiter/contracts';
import { hasShrunk, isFeedProblem, type EnrichmentSource, type FeedProblem, type Snapshot } from '@tidewaiter/feeds';
import { RowInserts } from './row-inserts';
import { textIn, type Row } from './rows';

/** What is known of a vulnerability beside its records. */
export interface Threat {
  /** Probability of an attack within 30 days; absent: nobody has scored it, which is not 0. */
  readonly epss?: number;
  /** Since when it is known to be exploited, YYYY-MM-DD. */
  readonly exploitedSince?: string;
}

export interface EnrichmentImport {
  readonly source: EnrichmentSource;
  readonly snapshot: Snapshot;
  /** RFC 3339 */
  readonly now: string;
}

export interface EnrichmentResult {
  readonly id: string;
  readonly records: number;
  readonly problems: number;
  /** False when the source could not be read to its end, or has suspiciously little: then what was there stays. */
  readonly complete: boolean;
  /** It was read to its end, and so few records are not believed. */
  readonly isShrunk: boolean;
  /** Records of it that were there before. */
  readonly before: number;
}

/** What of an item the store keeps. */
type Kept =
  | Pick<Extract<Enrichment, { kind: 'known-exploited' }>, 'kind' | 'vulnerability' | 'addedOn'>
  | Pick<Extract<Enrichment, { kind: 'epss-score' }>, 'kind' | 'vulnerability' | 'probability'>
  | Omit<ProductCycle, 'label' | 'latest' | 'identifiers'>;

/** Beside the tables of the schema and of no version of its own: a store without them knows nothing of this. */
const tables = `
  CREATE TABLE IF NOT EXISTS known_exploited (id TEXT PRIMARY KEY, added_on TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS epss (id TEXT PRIMARY KEY, probability REAL NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS threat_source (id TEXT PRIMARY KEY, imported_at TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS product_cycle (
    product TEXT NOT NULL, cycle TEXT NOT NULL, is_over INTEGER NOT NULL, ends_on TEXT, extended_ends_on TEXT,
    PRIMARY KEY (product, cycle)) WITHOUT ROWID;
`;

const columns = {
  known_exploited: ['id', 'added_on'],
  epss: ['id', 'probability'],
  product_cycle: ['product', 'cycle', 'is_over', 'ends_on', 'extended_ends_on'],
  threat_source: ['id', 'imported_at'],
} as const;

/** Puts what a source says now in the place of what it said. */
export async function importThreats(
  database: DatabaseSync,
  { source, snapshot, now }: EnrichmentImport,
  { maxShrinkPercent, onProblem }: { readonly maxShrinkPercent: number; onProblem(problem: FeedProblem): void },
): Promise<EnrichmentResult> {
  const items: Enrichment[] = [];
  let problems = 0;
  let complete = true;
  for await (const item of source.parse(snapshot)) {
    if (!isFeedProblem(item)) items.push(item);
    else {
      problems += 1;
      complete &&= item.fatal !== true;
      onProblem(item);
    }
  }
  const kept = items.filter(isKept);
  const before = countLike(database, kept);
  const isShrunk = complete && hasShrunk({ before, now: kept.length, maxShrinkPercent });
  const isTaken = complete && items.length > 0 && !isShrunk;
  if (isTaken) write(database, kept, new Map([[source.id, now]]));
  return { id: source.id, records: items.length, problems, complete: isTaken, isShrunk, before };
}

const tableOf = {
  'known-exploited': 'known_exploited',
  'epss-score': 'epss',
  'product-cycle': 'product_cycle',
} as const;
const sourceOf = { 'known-exploited': 'kev', 'epss-score': 'epss', 'product-cycle': 'endoflife' } as const;

/** What a source of what is known beside advisories brought into a store. */
export interface StoredThreats {
  readonly id: string;
  readonly records: number;
  /** RFC 3339; absent where a store was written before it kept that. */
  readonly importedAt: string | undefined;
}

/** In the order of their ids; those of which there is something. */
export function storedThreats(database: DatabaseSync): readonly StoredThreats[] {
  const ages = agesOf(database);
  return (['product-cycle', 'epss-score', 'known-exploited'] as const).flatMap((kind) => {
    const records = hasTable(database, tableOf[kind]) ? rowsOf(database, tableOf[kind]) : 0;
    return records === 0 ? [] : [{ id: sourceOf[kind], records, importedAt: ages.get(sourceOf[kind]) }];
  });
}

/** A source was asked and has nothing new: what it said is as good as new. */
export function noteThreatsUnchanged(database: DatabaseSync, id: string, now: string): void {
  if (hasTable(database, 'threat_source'))
    database.prepare('UPDATE threat_source SET imported_at = ? WHERE id = ?').run(now, id);
}

function agesOf(database: DatabaseSync): ReadonlyMap<string, string> {
  if (!hasTable(database, 'threat_source')) return new Map();
  const rows = database.prepare('SELECT id, imported_at FROM threat_source').all();
  return new Map(rows.map((row) => [textIn(row, 'id'), textIn(row, 'imported_at')]));
}

function hasTable(database: DatabaseSync, name: string): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
}

function rowsOf(database: DatabaseSync, table: string): number {
  return Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows);
}

/** Rows there are of the kinds of these. */
function countLike(database: DatabaseSync, items: readonly Kept[]): number {
  let rows = 0;
  for (const table of new Set(items.map(({ kind }) => tableOf[kind])))
    if (hasTable(database, table)) rows += rowsOf(database, table);
  return rows;
}

/** How long the releases of a product are looked after. */
export type CycleLookup = (product: string) => readonly Extract<Kept, { kind: 'product-cycle' }>[];

export function cycleLookup(database: DatabaseSync): CycleLookup {
  if (!hasCycles(database)) return () => [];
  const statement = database.prepare('SELECT * FROM product_cycle WHERE product = ?');
  return (product) => statement.all(product).map(cycleOf);
}

function allCycles(database: DatabaseSync) {
  return hasCycles(database) ? database.prepare('SELECT * FROM product_cycle').all().map(cycleOf) : [];
}

function cycleOf(row: Row) {
  const { ends_on: endsOn, extended_ends_on: extendedEndsOn } = row;
  return {
    kind: 'product-cycle' as const,
    product: textIn(row, 'product'),
    cycle: textIn(row, 'cycle'),
    isOver: row.is_over === 1,
    ...(typeof endsOn === 'string' && { endsOn }),
    ...(typeof extendedEndsOn === 'string' && { extendedEndsOn }),
  };
}

/** Puts what another store knows in the place of what this one knew, where it is newer. Returns what is left as it is. */
export function copyThreats(from: DatabaseSync, to: DatabaseSync): readonly string[] {
  if (!hasThreats(from)) return [];
  const here = new Map(storedThreats(to).map(({ id, importedAt = '' }) => [id, importedAt]));
  const theirs = storedThreats(from);
  const newer = theirs.filter(({ id, importedAt = '' }) => {
    const known = here.get(id);
    return known === undefined || known < importedAt;
  });
  const isTaken = new Set(newer.map(({ id }) => id));
  const exploited = from.prepare('SELECT id, added_on FROM known_exploited').all();
  const scored = from.prepare('SELECT id, probability FROM epss').all();
  const all: readonly Kept[] = [
    ...allCycles(from),
    ...exploited.map((row) => ({
      kind: 'known-exploited' as const,
      vulnerability: String(row.id),
      addedOn: String(row.added_on),
    })),
    ...scored.map((row) => ({
      kind: 'epss-score' as const,
      vulnerability: String(row.id),
      probability: Number(row.probability),
    })),
  ];
  const ages = newer.flatMap(({ id, importedAt }) => (importedAt === undefined ? [] : [[id, importedAt] as const]));
  const taken = all.filter(({ kind }) => isTaken.has(sourceOf[kind]));
  write(to, taken, new Map(ages));
  return theirs.map(({ id }) => id).filter((id) => !isTaken.has(id));
}

function isKept(item: Enrichment): item is Extract<Enrichment, { kind: Kept['kind'] }> {
  return item.kind !== 'epss-model';
}

function write(database: DatabaseSync, items: readonly Kept[], ages: ReadonlyMap<string, string>): void {
  database.exec(tables);
  database.exec('BEGIN');
  if (items.some(({ kind }) => kind === 'known-exploited')) database.exec('DELETE FROM known_exploited');
  if (items.some(({ kind }) => kind === 'epss-score')) database.exec('DELETE FROM epss');
  if (items.some(({ kind }) => kind === 'product-cycle')) database.exec('DELETE FROM product_cycle');
  const rowsInto = (table: keyof typeof columns) => new RowInserts(database, table, columns[table], 'is replaced');
  const [exploited, scored] = [rowsInto('known_exploited'), rowsInto('epss')];
  const [cycles, aged] = [rowsInto('product_cycle'), rowsInto('threat_source')];
  for (const item of items) {
    if (item.kind === 'known-exploited') exploited.add(item.vulnerability, item.addedOn);
    else if (item.kind === 'epss-score') scored.add(item.vulnerability, item.probability);
    else cycles.add(item.product, item.cycle, Number(item.isOver), item.endsOn ?? null, item.extendedEndsOn ?? null);
  }
  for (const [id, importedAt] of ages) aged.add(id, importedAt);
  for (const rows of [exploited, scored, cycles, aged]) rows.flush();
  database.exec('COMMIT');
}

/** Answers by all names of a vulnerability: the likeliest of its scores, the first day it was known to be exploited. */
export function threatLookup(database: DatabaseSync): (names: readonly string[]) => Threat {
  if (!hasThreats(database)) return () => ({});
  const exploited = database.prepare('SELECT added_on AS value FROM known_exploited WHERE id = ?');
  const scored = database.prepare('SELECT probability AS value FROM epss WHERE id = ?');
  return (names) => {
    const days = names.flatMap((name) => exploited.get(name)?.value ?? []).filter((day) => typeof day === 'string');
    const scores = names.flatMap((name) => scored.get(name)?.value ?? []).filter((score) => typeof score === 'number');
    const [first] = days.sort();
    return {
      ...(scores.length > 0 && { epss: Math.max(...scores) }),
      ...(first !== undefined && { exploitedSince: first }),
    };
  };
}

/** A store that was made before it held such dates has no table of them. */
function hasCycles(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'product_cycle'").get() !== undefined;
}

function hasThreats(database: DatabaseSync): boolean {
  const named =
    "SELECT count(*) AS tables FROM sqlite_master WHERE type = 'table' AND name IN ('known_exploited', 'epss')";
  return database.prepare(named).get()?.tables === 2;
}
