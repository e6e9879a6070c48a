import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { linksText, readLinks, type Link } from './link';
import { RowInserts } from './row-inserts';
import { numberIn, textIn } from './rows';

/** What lookups ask for: a name in an ecosystem. */
export interface PackageKey {
  readonly keyId: number;
  readonly ecosystemId: number;
  readonly name: string;
  /** False until its row is written. */
  isStored: boolean;
  /** Which of those that were touched since the last flush; undefined of one that was not. */
  place: number | undefined;
}

/** More than all of OSV's have; what waits takes 16 bytes each. */
const mostAdded = 2_000_000;

interface KnownEcosystem {
  readonly ecosystemId: number;
  readonly keys: Map<string, PackageKey>;
}

/** The keys of a store and what is listed with each. What is added and removed is written by `flush`, a key at a time. */
export class PackageKeys {
  private readonly ecosystems = new Map<string, KnownEcosystem>();
  private readonly statements: Readonly<Record<keyof typeof sql, StatementSync>>;
  private readonly inserts: RowInserts;
  private nextKeyId: number;
  /** A store that had none needs not be asked for any. */
  private readonly hadKeys: boolean;
  private touched: PackageKey[] = [];
  /** What was added, and beside it the place of its key among those that were touched. */
  private added: Link[] = [];
  private places: number[] = [];
  /** By key. */
  private readonly removed = new Map<number, Set<Link>>();

  constructor(database: DatabaseSync) {
    this.statements = {
      upsertEcosystem: database.prepare(sql.upsertEcosystem),
      find: database.prepare(sql.find),
      listed: database.prepare(sql.listed),
      list: database.prepare(sql.list),
    };
    this.inserts = new RowInserts(database, 'package_key', ['key_id', 'ecosystem_id', 'name', 'affected']);
    const last = database.prepare('SELECT max(key_id) AS last FROM package_key').get()?.last;
    this.hadKeys = typeof last === 'number';
    this.nextKeyId = Number(last ?? 0) + 1;
  }

  keyOf(ecosystem: string, name: string): PackageKey {
    const { ecosystemId, keys } = this.ecosystem(ecosystem);
    const known = keys.get(name);
    if (known !== undefined) return known;
    const keyId = this.hadKeys ? this.statements.find.get(ecosystemId, name)?.key_id : undefined;
    const isStored = typeof keyId === 'number';
    const key = { keyId: isStored ? keyId : this.nextKeyId++, ecosystemId, name, isStored, place: undefined };
    keys.set(name, key);
    return key;
  }

  add(key: PackageKey, link: Link): void {
    key.place ??= this.touched.push(key) - 1;
    this.added.push(link);
    this.places.push(key.place);
    if (this.added.length >= mostAdded) this.flush();
  }

  /** Of what lay there at the last flush. */
  remove(keyId: number, link: Link): void {
    const links = this.removed.get(keyId);
    if (links === undefined) this.removed.set(keyId, new Set([link]));
    else links.add(link);
  }

  flush(): void {
    const added = this.addedByPlace();
    this.touched.forEach((key, place) => {
      const links = added.sorted.subarray(added.starts[place], added.starts[place + 1]);
      if (key.isStored) this.relist(key.keyId, links);
      else this.inserts.add(key.keyId, key.ecosystemId, key.name, linksText(links));
      key.isStored = true;
      key.place = undefined;
    });
    this.inserts.flush();
    for (const keyId of this.removed.keys()) this.relist(keyId, []);
    this.touched = [];
    this.added = [];
    this.places = [];
  }

  private relist(keyId: number, added: Iterable<Link>): void {
    const row = this.statements.listed.get(keyId);
    const removed = this.removed.get(keyId);
    this.removed.delete(keyId);
    const links = row === undefined ? [] : readLinks(textIn(row, 'affected'));
    const kept = removed === undefined ? links : links.filter((link) => !removed.has(link));
    this.statements.list.run(linksText([...kept, ...added]), keyId);
  }

  /** Sorted by counting: there may be a million of them. What belongs to a place begins at its start and ends at the next. */
  private addedByPlace(): { readonly sorted: Float64Array; readonly starts: Uint32Array } {
    const starts = new Uint32Array(this.touched.length + 1);
    for (const place of this.places) starts[place + 1] = (starts[place + 1] ?? 0) + 1;
    for (let place = 1; place < starts.length; place++) {
      starts[place] = (starts[place] ?? 0) + (starts[place - 1] ?? 0);
    }
    const sorted = new Float64Array(this.added.length);
    const next = starts.slice();
    this.places.forEach((place, at) => {
      const free = next[place] ?? 0;
      sorted[free] = this.added[at] ?? 0;
      next[place] = free + 1;
    });
    return { sorted, starts };
  }

  private ecosystem(name: string): KnownEcosystem {
    const known = this.ecosystems.get(name);
    if (known !== undefined) return known;
    const row = this.statements.upsertEcosystem.get(name);
    const ecosystem = {
      ecosystemId: row === undefined ? 0 : numberIn(row, 'ecosystem_id'),
      keys: new Map<string, PackageKey>(),
    };
    this.ecosystems.set(name, ecosystem);
    return ecosystem;
  }
}

const sql = {
  upsertEcosystem:
    'INSERT INTO ecosystem (name) VALUES (?) ON CONFLICT DO UPDATE SET name = excluded.name RETURNING ecosystem_id',
  find: 'SELECT key_id FROM package_key WHERE ecosystem_id = ? AND name = ?',
  listed: 'SELECT affected FROM package_key WHERE key_id = ?',
  list: 'UPDATE package_key SET affected = ? WHERE key_id = ?',
} as const;
