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
  /** Where links of it wait, and which key of those there it is. */
  waitsIn: WaitingLinks | undefined;
  place: number;
}

/** More than the largest part of OSV has; what waits takes 16 bytes each. */
const mostWaiting = 1_000_000;

/** What is to be listed with keys, until `PackageKeys.flush`: of one part, so that it is written as soon as that is read. */
export class WaitingLinks {
  private keys: PackageKey[] = [];
  /** What waits, and beside it the place of its key. */
  private links: Link[] = [];
  private places: number[] = [];

  get isFull(): boolean {
    return this.links.length >= mostWaiting;
  }

  add(key: PackageKey, link: Link): void {
    if (key.waitsIn === undefined) {
      key.waitsIn = this;
      key.place = this.keys.push(key) - 1;
    }
    this.links.push(link);
    this.places.push(key.place);
  }

  /** By key; nothing waits any more. Sorted by counting: what belongs to a place begins at its start and ends at the next. */
  *take(): Generator<readonly [PackageKey, Float64Array]> {
    const { keys, links, places } = this;
    [this.keys, this.links, this.places] = [[], [], []];
    const starts = new Uint32Array(keys.length + 1);
    for (const place of places) starts[place + 1] = (starts[place + 1] ?? 0) + 1;
    for (let place = 1; place < starts.length; place++) {
      starts[place] = (starts[place] ?? 0) + (starts[place - 1] ?? 0);
    }
    const sorted = new Float64Array(links.length);
    const next = starts.slice();
    places.forEach((place, at) => {
      const free = next[place] ?? 0;
      sorted[free] = links[at] ?? 0;
      next[place] = free + 1;
    });
    for (const [place, key] of keys.entries()) {
      key.waitsIn = undefined;
      yield [key, sorted.subarray(starts[place], starts[place + 1])];
    }
  }
}

interface KnownEcosystem {
  readonly name: string;
  readonly ecosystemId: number;
  readonly keys: Map<string, PackageKey>;
}

interface KeyNames {
  readonly ecosystem: string;
  readonly name: string;
}

/** The keys of a store and what is listed with each. What is added or removed is written by flushes, a key at a time. */
export class PackageKeys {
  private readonly ecosystems = new Map<string, KnownEcosystem>();
  /** Asked for last, as mostly the next time. */
  private recent: KnownEcosystem | undefined;
  private readonly statements: Readonly<Record<keyof typeof sql, StatementSync>>;
  private readonly inserts: RowInserts;
  private nextKeyId: number;
  /** A store that had none needs not be asked for any. */
  private readonly hadKeys: boolean;
  /** By key, of those that were asked for: of what is left over by records that changed. */
  private readonly names = new Map<number, KeyNames>();
  /** By key. */
  private readonly removed = new Map<number, Set<Link>>();

  constructor(database: DatabaseSync) {
    this.statements = {
      upsertEcosystem: database.prepare(sql.upsertEcosystem),
      find: database.prepare(sql.find),
      listed: database.prepare(sql.listed),
      list: database.prepare(sql.list),
      names: database.prepare(sql.names),
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
    const key = {
      keyId: isStored ? keyId : this.nextKeyId++,
      ecosystemId,
      name,
      isStored,
      waitsIn: undefined,
      place: 0,
    };
    keys.set(name, key);
    return key;
  }

  /** Of one whose row was there at the last flush. */
  ecosystemOf(keyId: number): string {
    return this.namesOf(keyId).ecosystem;
  }

  storedKey(keyId: number): PackageKey {
    const { ecosystem, name } = this.namesOf(keyId);
    return this.keyOf(ecosystem, name);
  }

  private namesOf(keyId: number): KeyNames {
    const known = this.names.get(keyId);
    if (known !== undefined) return known;
    const row = this.statements.names.get(keyId) ?? {};
    const names = { ecosystem: textIn(row, 'ecosystem'), name: textIn(row, 'name') };
    this.names.set(keyId, names);
    return names;
  }

  /** A key that another part waits with waits there once more: both are written before anybody sees the store. */
  add(key: PackageKey, link: Link, waiting: WaitingLinks): void {
    (key.waitsIn ?? waiting).add(key, link);
    if (waiting.isFull) this.flush(waiting);
  }

  /** Of what lay there at the last flush. */
  remove(keyId: number, link: Link): void {
    const links = this.removed.get(keyId);
    if (links === undefined) this.removed.set(keyId, new Set([link]));
    else links.add(link);
  }

  flush(waiting: WaitingLinks): void {
    for (const [key, links] of waiting.take()) {
      if (key.isStored) this.relist(key.keyId, links);
      else this.inserts.add(key.keyId, key.ecosystemId, key.name, linksText(links));
      key.isStored = true;
    }
    this.inserts.flush();
  }

  flushRemoved(): void {
    for (const keyId of this.removed.keys()) this.relist(keyId, []);
  }

  private relist(keyId: number, added: Iterable<Link>): void {
    const row = this.statements.listed.get(keyId);
    const removed = this.removed.get(keyId);
    this.removed.delete(keyId);
    const links = row === undefined ? [] : readLinks(textIn(row, 'affected'));
    const kept = removed === undefined ? links : links.filter((link) => !removed.has(link));
    this.statements.list.run(linksText([...kept, ...added]), keyId);
  }

  private ecosystem(name: string): KnownEcosystem {
    if (this.recent?.name !== name) this.recent = this.ecosystems.get(name) ?? this.newEcosystem(name);
    return this.recent;
  }

  private newEcosystem(name: string): KnownEcosystem {
    const row = this.statements.upsertEcosystem.get(name);
    const ecosystem = {
      name,
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
  names:
    'SELECT e.name AS ecosystem, k.name FROM package_key k JOIN ecosystem e USING (ecosystem_id) WHERE k.key_id = ?',
} as const;
