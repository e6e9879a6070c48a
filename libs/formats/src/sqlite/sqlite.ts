import { err, ok, type Result } from '@tidewaiter/kit';
import type { ByteSource } from '../byte-source';
import { openPages, type SqlitePages } from './pages';
import { readRecord, type SqliteValue } from './record';
import { columnsOf } from './table-columns';
import { readTable } from './table-tree';
import type { SqliteWal } from './wal';

export interface SqliteDatabase {
  hasTable(table: string): boolean;
  /**
   * The wanted columns of every row, in the order of the row ids. What is damaged is an error, which continues a sentence that
   * begins with the database's name, and is passed over. `null` for a column that the row was written without.
   */
  rows(table: string, columns: readonly string[]): Generator<Result<readonly SqliteValue[], string>>;
}

/**
 * Reads tables of a SQLite database and nothing else: no SQL, no indexes, no writing. With a write-ahead log it is the database as
 * of the last commit in there.
 */
export function openSqlite(source: ByteSource, wal?: SqliteWal): Result<SqliteDatabase, string> {
  const opened = openPages(source, wal);
  if (!opened.ok) return opened;
  const pages = opened.value;
  const tables = new Map<string, Table>();
  let damage: string | undefined;
  // The root of the schema is page 1; its columns: type, name, tbl_name, rootpage, sql.
  for (const row of readRows(pages, { rootPage: 1, columns: [0, 1, 3, 4] })) {
    if (!row.ok) {
      damage ??= `${row.error} of its schema`;
      continue;
    }
    const [type, name, rootPage, sql] = row.value;
    if (type !== 'table' || typeof name !== 'string' || typeof rootPage !== 'number' || typeof sql !== 'string')
      continue;
    tables.set(name.toLowerCase(), { rootPage, sql });
  }
  return ok({
    hasTable: (table) => tables.has(table.toLowerCase()),
    *rows(name, columns) {
      const table = tables.get(name.toLowerCase());
      if (table === undefined) yield err(damage ?? `has no table ${name}`);
      else yield* readNamed(pages, { name, ...table }, columns);
    },
  });
}

interface Table {
  readonly rootPage: number;
  readonly sql: string;
}

/** Stands for the row's id among the indexes of columns. */
const rowIdColumn = -1;

function* readNamed(
  pages: SqlitePages,
  table: Table & { readonly name: string },
  wanted: readonly string[],
): Generator<Result<readonly SqliteValue[], string>> {
  const known = columnsOf(table.sql);
  const columns: number[] = [];
  for (const name of wanted) {
    const index = known.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
    if (index === -1) {
      yield err(`has no column ${name} in its table ${table.name}`);
      return;
    }
    columns.push(known[index]?.isRowId === true ? rowIdColumn : index);
  }
  yield* readRows(pages, { rootPage: table.rootPage, columns });
}

function* readRows(
  pages: SqlitePages,
  { rootPage, columns }: { readonly rootPage: number; readonly columns: readonly number[] },
): Generator<Result<readonly SqliteValue[], string>> {
  for (const cell of readTable(pages, rootPage)) {
    if (!cell.ok) {
      yield cell;
      continue;
    }
    const { rowId, payload } = cell.value;
    const values = readRecord(payload, columns, pages.encoding);
    yield values === undefined
      ? err(`has a damaged row ${rowId}`)
      : ok(values.map((value, at) => (columns[at] === rowIdColumn ? rowId : value)));
  }
}
