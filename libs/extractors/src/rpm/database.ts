import {
  isBerkeleyHash,
  isNdb,
  isSqlite,
  openSqlite,
  readBerkeleyHash,
  readNdb,
  type ByteSource,
  type SqliteWal,
} from '@tidewaiter/formats';
import { err, ok, type Result } from '@tidewaiter/kit';

/**
 * The header blob of every installed package. The container is told by its magic number: what the file is called says only what rpm
 * was configured to when the file was made. Errors continue a sentence that begins with the file's name.
 */
export function readHeaderBlobs(source: ByteSource, wal?: SqliteWal): Generator<Result<Buffer, string>> | undefined {
  // What was never moved out of its log may have nothing in its own file.
  if (isSqlite(source) || (wal !== undefined && source.sizeBytes === 0)) return readSqlite(source, wal);
  if (isNdb(source)) return readNdb(source);
  if (isBerkeleyHash(source)) return readBerkeley(source);
  return undefined;
}

function* readSqlite(source: ByteSource, wal: SqliteWal | undefined): Generator<Result<Buffer, string>> {
  const database = openSqlite(source, wal);
  if (!database.ok) {
    yield database;
    return;
  }
  for (const row of database.value.rows('Packages', ['hnum', 'blob'])) {
    if (!row.ok) {
      yield row;
      continue;
    }
    const [id, blob] = row.value;
    yield Buffer.isBuffer(blob) ? ok(blob) : err(`has no header for package ${String(id)}`);
  }
}

/** Keys are the packages' numbers; under 0 is the highest number given so far. */
function* readBerkeley(source: ByteSource): Generator<Result<Buffer, string>> {
  for (const item of readBerkeleyHash(source)) {
    if (!item.ok) yield item;
    else if (item.value.key.some((byte) => byte !== 0)) yield ok(item.value.value);
  }
}
