import { DatabaseSync } from 'node:sqlite';
import { namedFullDisk } from './full-disk';

function failureOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

describe('a full disk', () => {
  it('is called so when SQLite meets it', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('PRAGMA max_page_count = 4; CREATE TABLE t (x TEXT)');
    const error = failureOf(() => database.exec('INSERT INTO t VALUES (hex(zeroblob(100000)))'));
    expect(namedFullDisk(error)).toMatchObject({ code: 'disk-full', cause: error });
    database.close();
  });

  it('is called so when a file meets it, and nothing else is', () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    expect(namedFullDisk(full)).toMatchObject({ code: 'disk-full' });
    const database = new DatabaseSync(':memory:');
    const other = failureOf(() => database.exec('SELECT * FROM nothing'));
    expect(namedFullDisk(other)).toBe(other);
    database.close();
  });
});
