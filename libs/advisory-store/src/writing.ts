import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, OperationalError } from '@tidewaiter/kit';
import { namedFullDisk } from './full-disk';
import { checkVersion } from './open';
import { createTables } from './schema';
import { openUnfinished } from './unfinished';

/** `path` is where the copy is. */
type Change<T> = (database: DatabaseSync, path: string) => Promise<T>;

/**
 * Runs `change` on a copy of the store (or on a new one) and puts the copy in its place when it succeeded. Whoever reads
 * keeps the old file; a crash leaves the old file and a leftover that the next change removes.
 * @throws OperationalError `advisory-store-busy` while another process does the same.
 */
export async function changeStore<T>(path: string, change: Change<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const lock = takeLock(path);
  const copy = `${path}.${randomUUID()}.new`;
  try {
    await removeLeftovers(path);
    const result = await changeCopy(path, copy, change);
    await syncFile(copy);
    await rename(copy, path);
    await syncFile(dirname(path));
    return result;
  } catch (error) {
    throw namedFullDisk(error);
  } finally {
    // SQLite leaves its journal where its own work was cut short.
    for (const file of [copy, `${copy}-journal`]) await rm(file, { force: true });
    lock.close();
  }
}

async function changeCopy<T>(path: string, copy: string, change: Change<T>): Promise<T> {
  const fresh = !existsSync(path);
  if (!fresh) copyFileSync(path, copy);
  const database = openUnfinished(copy);
  try {
    if (fresh) createTables(database);
    else checkVersion(database, path);
    return await change(database, copy);
  } finally {
    database.close();
  }
}

/** A lock the system releases whatever happens to the process: SQLite's own, on a file beside the store. */
function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(`${path}.lock`);
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new OperationalError(
      'advisory-store-busy',
      `Another import is writing ${path} (${messageOf(error)}); try again when it has finished.`,
      { cause: error },
    );
  }
}

async function removeLeftovers(path: string): Promise<void> {
  const directory = dirname(path);
  for (const name of await readdir(directory)) {
    // SQLite's journal of the copy as well.
    const isLeftover = name.startsWith(`${basename(path)}.`) && /\.new(?:-journal)?$/.test(name);
    if (isLeftover) rmSync(join(directory, name), { force: true });
  }
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
