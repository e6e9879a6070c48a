import type { DatabaseSync } from 'node:sqlite';
import { UnexpectedError } from '@tidewaiter/kit';
import { BatchedTransaction } from './batched-transaction';
import type { StoreWriter } from './import-part';
import { Changes } from './changes';
import { PartWriter } from './part-writer';
import { RecordRows } from './record-rows';
import { resolveCopies } from './resolve';
import { createIndexes } from './schema';

/** Writes parts into a store, in the caller's own thread. */
export class StoreWriting {
  private readonly rows: RecordRows;
  private readonly transaction: BatchedTransaction;
  private readonly changes: Changes;
  /** SQLite takes back the transaction of all parts when a statement of one fails: nothing more is written then. */
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly database: DatabaseSync) {
    const isNew = database.prepare('SELECT 1 FROM record LIMIT 1').get() === undefined;
    this.changes = new Changes(isNew);
    this.rows = new RecordRows(database);
    this.transaction = new BatchedTransaction(database);
  }

  /** For one who writes parts one after the other; several may do so at a time, each other parts. */
  writer(): StoreWriter {
    let part: PartWriter | undefined;
    const opened = (): PartWriter => {
      if (part === undefined) throw new UnexpectedError('no-part', 'No part of the store was opened.');
      return part;
    };
    return {
      open: async (task) =>
        this.unlessFailed(() => {
          part = new PartWriter(this.database, this.transaction, this.rows, this.changes, task);
          return part.opened();
        }),
      write: async (piece) => this.unlessFailed(() => opened().write(piece)),
      counts: async () => this.unlessFailed(() => opened().counts()),
      close: async (end) => this.unlessFailed(() => opened().close(end)),
    };
  }

  /** Whether what records say of other ids is something else than before. */
  get isRelinked(): boolean {
    return this.changes.isRelinked;
  }

  /** When all parts are closed: records can be found by their ids then. */
  indexRecords(): void {
    createIndexes(this.database, 'records');
  }

  /** When records are indexed. */
  finish(): void {
    const { ids } = this.changes;
    if (ids === 'all') resolveCopies(this.database);
    else if (ids.size > 0) resolveCopies(this.database, ids);
    createIndexes(this.database, 'others');
  }

  private unlessFailed<T>(work: () => T): T {
    if (this.failure !== undefined) throw this.failure.error;
    try {
      return work();
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}
