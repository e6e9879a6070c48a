import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inspect } from 'node:util';
import { bufferSource } from '../byte-source';
import { openSqlite, type SqliteDatabase } from './sqlite';
import { readWal } from './wal';

const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-sqlite-'));
afterAll(() => rmSync(directory, { recursive: true }));

let count = 0;

/** What SQLite itself writes. */
function written(fill: (database: DatabaseSync) => void): { bytes: Buffer; native: DatabaseSync } {
  const path = join(directory, `${count++}.sqlite`);
  const native = new DatabaseSync(path);
  // Nobody needs these files after a power cut.
  native.exec('PRAGMA synchronous = OFF');
  fill(native);
  return { bytes: readFileSync(path), native };
}

function opened(bytes: Buffer): SqliteDatabase {
  const database = openSqlite(bufferSource(bytes));
  if (!database.ok) throw new Error(database.error);
  return database.value;
}

function read(database: SqliteDatabase, table: string, columns: readonly string[]) {
  const rows = [...database.rows(table, columns)];
  return {
    rows: rows.flatMap((row) => (row.ok ? [row.value] : [])),
    damage: rows.flatMap((row) => (row.ok ? [] : [row.error])),
  };
}

/** As our reader gives them. */
function nativeRows(native: DatabaseSync, table: string, columns: readonly string[]) {
  const statement = native.prepare(`SELECT ${columns.join(', ')} FROM ${table} ORDER BY rowid`);
  statement.setReadBigInts(true);
  return statement.all().map((row) =>
    columns.map((column) => {
      const value = row[column] ?? null;
      if (value instanceof Uint8Array) return Buffer.from(value);
      return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }),
  );
}

/** Says what differs without printing megabytes. */
function firstDifference(mine: readonly unknown[], native: readonly unknown[]) {
  if (mine.length !== native.length) return `${mine.length} rows instead of ${native.length}`;
  return mine.flatMap((row, at) => {
    const pair = [row, native[at]].map((value) => inspect(value, { maxArrayLength: null, maxStringLength: null }));
    return pair[0] === pair[1] ? [] : [pair.map((text) => text.slice(0, 200))];
  })[0];
}

const values = [
  null,
  0,
  1,
  -1,
  127,
  -128,
  32_767,
  -8_388_608,
  2_147_483_647,
  -140_737_488_355_328,
  9_007_199_254_740_993n,
  -9_223_372_036_854_775_808n,
  1.5,
  -1e300,
  '',
  'text with ünïcödé and 🚢',
  new Uint8Array(0),
  new Uint8Array([0, 255, 13]),
];

describe('a SQLite database as SQLite wrote it', () => {
  it.each([512, 1024, 4096, 65_536])('is read value by value, on pages of %i bytes', (pageBytes) => {
    const { bytes, native } = written((database) => {
      database.exec(`PRAGMA page_size = ${pageBytes}; CREATE TABLE t (id INTEGER PRIMARY KEY, value, after TEXT)`);
      const insert = database.prepare('INSERT INTO t (value, after) VALUES (?, ?)');
      for (const value of values) insert.run(value, 'x');
      // Around every bound between what lies in the leaf and what overflows, and far beyond.
      for (let length = 0; length < 3 * Math.min(pageBytes, 4096); length += 17)
        insert.run(Buffer.alloc(length, length), 'y');
      insert.run('z'.repeat(200_000), 'z');
    });
    const columns = ['id', 'value', 'after'];
    const { rows, damage } = read(opened(bytes), 'T', columns);
    expect(damage).toEqual([]);
    expect(firstDifference(rows, nativeRows(native, 't', columns))).toBeUndefined();
    native.close();
  });

  it('is read through several levels of pages, with ids of any size', () => {
    const { bytes, native } = written((database) => {
      database.exec('PRAGMA page_size = 512; CREATE TABLE t (id INTEGER PRIMARY KEY, value)');
      const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
      database.exec('BEGIN');
      for (let id = -20_000; id < 20_000; id += 31) insert.run(id * 1_000_003, id);
      database.exec('COMMIT');
    });
    const { rows, damage } = read(opened(bytes), 't', ['id', 'value']);
    expect(damage).toEqual([]);
    expect(firstDifference(rows, nativeRows(native, 't', ['id', 'value']))).toBeUndefined();
    native.close();
  });

  it.each(['UTF-8', 'UTF-16le', 'UTF-16be'])('is read in %s, whatever the byte order', (encoding) => {
    const { bytes, native } = written((database) => {
      database.exec(`PRAGMA encoding = '${encoding}'; CREATE TABLE t (value); INSERT INTO t VALUES ('ünïcödé 🚢')`);
    });
    expect(read(opened(bytes), 't', ['value']).rows).toEqual([['ünïcödé 🚢']]);
    native.close();
  });

  it('names columns as the statement does, however it is written', () => {
    const { bytes, native } = written((database) => {
      database.exec(`CREATE TABLE t ( -- a comment, with (parentheses
        "a, b" TEXT DEFAULT 'x,)', [c d] NUMERIC(3, 4), /* , */ \`e\` CHECK (e IN (1, 2)),
        id integer primary key autoincrement, f, UNIQUE (f, e), CONSTRAINT k CHECK (f > 0))`);
      database.exec(`INSERT INTO t VALUES ('1', 2, 1, 7, 5)`);
      database.exec('ALTER TABLE t ADD COLUMN late');
    });
    expect(read(opened(bytes), 't', ['late', 'f', 'id', 'e', 'c d', 'a, b']).rows).toEqual([[null, 5, 7, 1, 2, '1']]);
    native.close();
  });

  it('says which table or column is missing', () => {
    const { bytes, native } = written((database) => database.exec('CREATE TABLE t (a)'));
    expect(read(opened(bytes), 'u', ['a'])).toEqual({ rows: [], damage: ['has no table u'] });
    expect(read(opened(bytes), 't', ['b'])).toEqual({ rows: [], damage: ['has no column b in its table t'] });
    native.close();
  });
});

describe('a write-ahead log', () => {
  it('makes the database what it was at the last commit', () => {
    const path = join(directory, 'logged.sqlite');
    const native = new DatabaseSync(path);
    native.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (value)');
    native.exec(`PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES ('${'old'.repeat(5000)}')`);
    native.exec(
      `PRAGMA wal_checkpoint(FULL); INSERT INTO t VALUES ('new'), ('newer'); DELETE FROM t WHERE value = 'new'`,
    );
    copyFileSync(path, `${path}-copy`);
    const main = bufferSource(readFileSync(path));
    const { wal, isDamaged } = readWal(bufferSource(readFileSync(`${path}-wal`)));
    expect(isDamaged).toBe(false);
    const expected = nativeRows(native, 't', ['value']);
    native.close();

    const without = openSqlite(main);
    const together = openSqlite(main, wal);
    if (!without.ok || !together.ok) throw new Error('not opened');
    expect(read(without.value, 't', ['value']).rows).not.toEqual(expected);
    expect(read(together.value, 't', ['value'])).toEqual({ rows: expected, damage: [] });
  });

  it('counts only up to the last whole commit', () => {
    const path = join(directory, 'torn.sqlite');
    const native = new DatabaseSync(path);
    native.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (value)');
    native.exec(`INSERT INTO t VALUES (1)`);
    const before = readFileSync(`${path}-wal`).length;
    native.exec(`INSERT INTO t VALUES (2)`);
    const log = readFileSync(`${path}-wal`);
    const main = bufferSource(readFileSync(path));
    native.close();

    const flipped = Buffer.from(log);
    flipped[before + 100] = (flipped[before + 100] ?? 0) ^ 1;
    for (const torn of [log.subarray(0, log.length - 1), flipped]) {
      const { wal, isDamaged } = readWal(bufferSource(torn));
      expect(isDamaged).toBe(torn === flipped);
      const database = openSqlite(main, wal);
      if (!database.ok) throw new Error(database.error);
      expect(read(database.value, 't', ['value']).rows).toEqual([[1]]);
    }
    for (const nothing of [Buffer.alloc(0), log.subarray(0, 32), log.subarray(0, 100), Buffer.alloc(5000)]) {
      const isDamaged = nothing.length === 5000;
      expect(readWal(bufferSource(nothing))).toEqual({ isDamaged });
    }
  });
});

/** A log of one commit, with the checksums that a log has to have. */
function logOf(pageBytes: number, frames: readonly { page: number; pageCount: number; bytes: Buffer }[]): Buffer {
  let sums = [0, 0];
  const summed = (bytes: Buffer): Buffer => {
    let [first = 0, second = 0] = sums;
    for (let at = 0; at < bytes.length; at += 8) {
      first = (first + bytes.readUInt32BE(at) + second) >>> 0;
      second = (second + bytes.readUInt32BE(at + 4) + first) >>> 0;
    }
    sums = [first, second];
    return words(first, second);
  };
  const salts = words(7, 8);
  const header = Buffer.concat([words(0x377f0683, 3_007_000, pageBytes, 0), salts]);
  const parts = [header, summed(header)];
  for (const { page, pageCount, bytes } of frames) {
    const head = words(page, pageCount);
    parts.push(head, salts, summed(Buffer.concat([head, bytes])), bytes);
  }
  return Buffer.concat(parts);
}

function words(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [at, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * at);
  return bytes;
}

describe('a log that states more pages than there can be', () => {
  const { bytes, native } = written((database) => database.exec('PRAGMA page_size = 512; CREATE TABLE t (value)'));
  native.close();

  it('takes no memory for them, and those that are nowhere are damage', () => {
    const first = bytes.subarray(0, 512);
    const root = Buffer.alloc(512);
    // An inner page of one cell: two children, of which the log has one.
    Buffer.concat([Buffer.from([5, 0, 0, 0, 1, 1, 0, 0]), words(0xfffffff0), Buffer.from([1, 0])]).copy(root);
    words(0xffffff00, 0x01000000).copy(root, 256);
    const leaf = Buffer.alloc(512);
    Buffer.from([13, 0, 0, 0, 1, 1, 0, 0, 1, 0]).copy(leaf);
    Buffer.from([3, 1, 2, 1, 42]).copy(leaf, 256);
    const frames = [
      { page: 1, bytes: first },
      { page: 2, bytes: root },
      { page: 0xfffffff0, bytes: leaf },
    ].map((frame, at) => ({ ...frame, pageCount: at === 2 ? 0xfffffff1 : 0 }));
    const { wal, isDamaged } = readWal(bufferSource(logOf(512, frames)));
    expect(isDamaged).toBe(false);
    const database = openSqlite(bufferSource(bytes), wal);
    if (!database.ok) throw new Error(database.error);
    expect(read(database.value, 't', ['value'])).toEqual({ rows: [[42]], damage: ['has a damaged page 4294967040'] });
  });
});

describe('a damaged SQLite database', () => {
  const { bytes: sound, native } = written((database) => {
    database.exec('PRAGMA page_size = 512; CREATE TABLE t (id INTEGER PRIMARY KEY, value)');
    const insert = database.prepare('INSERT INTO t (value) VALUES (?)');
    for (let row = 0; row < 60; row++) insert.run(Buffer.alloc(row % 10 === 0 ? 3000 : 100, row));
  });
  native.close();
  const all = read(opened(sound), 't', ['id', 'value']).rows;

  it.each([
    ['no header', Buffer.alloc(200), 'is no SQLite database'],
    ['half a header', sound.subarray(0, 60), 'ends within its header'],
    ['pages of 513 bytes', changed(sound, (copy) => copy.writeUInt16BE(513, 16)), 'has impossible pages of 513 bytes'],
    ['everything reserved', changed(sound, (copy) => copy.writeUInt8(255, 20)), 'has impossible pages of 512 bytes'],
    ['another encoding', changed(sound, (copy) => copy.writeUInt32BE(9, 56)), 'has an unknown text encoding'],
  ])('with %s is not opened', (_name, bytes, error) => {
    expect(openSqlite(bufferSource(bytes))).toEqual({ ok: false, error });
  });

  it('loses with a destroyed page the rows in there and no others, and says so', () => {
    const lost: number[] = [];
    for (let at = 512; at < sound.length; at += 512) {
      const { rows, damage } = read(opened(changed(sound, (copy) => copy.fill(0, at, at + 512))), 't', ['id', 'value']);
      lost.push(all.length - rows.length);
      if (damage.length === 0) expect(firstDifference(rows, all)).toBeUndefined();
    }
    expect(lost.filter((rows) => rows <= 5).length).toBeGreaterThan(lost.length - 5);
  });

  it('that ends early gives the rows before', () => {
    const { rows, damage } = read(opened(sound.subarray(0, sound.length - 100)), 't', ['id']);
    expect([rows.length > 0 && rows.length < all.length, damage.length]).toEqual([true, 1]);
  });

  it('whose pages lead in circles ends', () => {
    for (let page = 2; page * 512 < sound.length; page += 3) {
      // Every pointer at the start of a page: an overflow page follows itself, the schema, nothing, a page far beyond.
      for (const target of [page, 1, 0, 0xffffffff]) {
        const looped = changed(sound, (copy) => copy.writeUInt32BE(target, (page - 1) * 512));
        expect(read(opened(looped), 't', ['id']).rows.length).toBeLessThanOrEqual(all.length);
      }
    }
  });

  it('with any byte changed gives no more rows than fit into it, and never an exception', () => {
    for (let at = 101; at < sound.length; at += 143) {
      const bytes = changed(sound, (copy) => copy.writeUInt8((sound[at] ?? 0) ^ 0xff, at));
      expect(read(opened(bytes), 't', ['id', 'value']).rows.length).toBeLessThanOrEqual(sound.length / 4);
    }
  });

  it('whose cells all point at the same row gives it once and says so', () => {
    const { bytes, native: other } = written((database) => {
      database.exec('CREATE TABLE t (value)');
      for (let row = 0; row < 10; row++) database.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(300));
    });
    other.close();
    const first = bytes.readUInt16BE(4096 + 8);
    const copied = changed(bytes, (copy) => {
      copy.writeUInt16BE(100, 4096 + 3);
      for (let cell = 0; cell < 100; cell++) copy.writeUInt16BE(first, 4096 + 8 + 2 * cell);
    });
    const { rows, damage } = read(opened(copied), 't', ['value']);
    expect(rows.length).toBeLessThan(20);
    expect(damage).toEqual(['has damaged rows in page 2']);
  });
});

function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}
