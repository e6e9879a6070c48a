import { openSqlite, type ByteSource, type SqliteDatabase, type SqliteValue } from '@tidewaiter/formats';

export interface DnfHistory {
  /** Ids of the repositories that packages still installed came from. */
  readonly repositories: readonly string[];
  /** What could not be read; continues a sentence that begins with the file's name. */
  readonly damage?: string;
}

/** The history of dnf 4 or dnf 5: https://github.com/rpm-software-management/libdnf/tree/dnf-4-master/libdnf/transaction/sql */
export function readDnfHistory(source: ByteSource): DnfHistory {
  const opened = openSqlite(source);
  if (!opened.ok) return { repositories: [], damage: opened.error };
  const tables = new Tables(opened.value);
  const repositories = new Map(tables.rows('repo', ['id', 'repoid']).map(([id, name]) => [id, name]));
  // dnf 5 gives actions names, in a table of their own.
  const removing = opened.value.hasTable('trans_item_action')
    ? new Set(
        tables
          .rows('trans_item_action', ['id', 'name'])
          .flatMap(([id, name]) => (name === 'Remove' || name === 'Replaced' ? [id] : [])),
      )
    : removingActions;
  const actionColumn = removing === removingActions ? 'action' : 'action_id';
  // In the order of their ids: the last word about a package counts.
  const repositoryOf = new Map<SqliteValue, SqliteValue>();
  for (const [item, repository, action] of tables.rows('trans_item', ['item_id', 'repo_id', actionColumn])) {
    if (removing.has(action ?? null)) repositoryOf.delete(item ?? null);
    else repositoryOf.set(item ?? null, repository ?? null);
  }
  const names = [...new Set(repositoryOf.values())].map((id) => repositories.get(id));
  return {
    // Names with an @ are no repositories: @System, @commandline.
    repositories: names.filter((name): name is string => typeof name === 'string' && !name.startsWith('@')),
    ...(tables.damage === undefined ? {} : { damage: tables.damage }),
  };
}

/** dnf 4: downgraded, obsoleted, upgraded, removed. A package that is replaced is another item than the one that replaces it. */
const removingActions: ReadonlySet<SqliteValue> = new Set([3, 5, 7, 8]);

class Tables {
  damage: string | undefined;

  constructor(private readonly database: SqliteDatabase) {}

  rows(table: string, columns: readonly string[]): readonly (readonly SqliteValue[])[] {
    const rows: (readonly SqliteValue[])[] = [];
    for (const row of this.database.rows(table, columns)) {
      if (row.ok) rows.push(row.value);
      else this.damage ??= row.error;
    }
    return rows;
  }
}
