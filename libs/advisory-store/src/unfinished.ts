import { DatabaseSync } from 'node:sqlite';

/** Opens a store that is being written. Safe because nobody sees it before it is whole: on any failure it is thrown away. */
export function openUnfinished(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  // A thread writes and another reads: the one waits for the other.
  database.exec('PRAGMA busy_timeout = 60000;');
  // Of a store that is made now: half as many pages, and payloads of twice the length that need none of their own.
  database.exec('PRAGMA page_size = 8192;');
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;');
  database.exec('PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;');
  return database;
}
