import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Values a statement: with so many a row takes half the time it takes alone, and more of them save no more. */
const valuesAtOnce = 256;

/** Rows on their way into a table, many to a statement. Until `flush` some of them are not there. */
export class RowInserts {
  private readonly one: StatementSync;
  private readonly many: StatementSync;
  private readonly full: number;
  private values: SQLInputValue[] = [];

  /** Of each row, the values of these columns are to be added, in this order. A row may be there already only where it is replaced. */
  constructor(
    database: DatabaseSync,
    table: string,
    private readonly columns: readonly string[],
    whatIsThere: 'stays' | 'is replaced' = 'stays',
  ) {
    const rowsAtOnce = Math.max(1, Math.floor(valuesAtOnce / columns.length));
    this.full = rowsAtOnce * columns.length;
    const row = `(${columns.map(() => '?').join(', ')})`;
    const verb = whatIsThere === 'stays' ? 'INSERT' : 'INSERT OR REPLACE';
    const insert = (rows: number): StatementSync =>
      database.prepare(
        `${verb} INTO ${table} (${columns.join(', ')}) VALUES ${Array.from({ length: rows }, () => row).join(', ')}`,
      );
    this.one = insert(1);
    this.many = insert(rowsAtOnce);
  }

  add(...row: readonly SQLInputValue[]): void {
    this.values.push(...row);
    if (this.values.length < this.full) return;
    this.many.run(...this.values);
    this.values = [];
  }

  flush(): void {
    const { values, columns } = this;
    for (let at = 0; at < values.length; at += columns.length) this.one.run(...values.slice(at, at + columns.length));
    this.values = [];
  }
}
