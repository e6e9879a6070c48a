import type { DatabaseSync } from 'node:sqlite';
import { UnexpectedError } from '@tidewaiter/kit';
import { BatchedTransaction } from './batched-transaction';
import type { StoreWriter } from './import-part';
import { PartWriter, type Effects } from './part-writer';
import { RecordRows } from './record-rows';
import { resolveCopies } from './resolve';

/** Writes parts into a store, in the caller's own thread. */
export class StoreWriting {
  private readonly rows: RecordRows;
  private readonly transaction: BatchedTransaction;
  private readonly changedIds = new Set<string>();
  private areLinksOthers = false;
  /** SQLite takes back the transaction of all parts when a statement of one fails: nothing more is written then. */
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly database: DatabaseSync) {
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
          part = new PartWriter(this.database, this.transaction, this.rows, task);
          return part.opened();
        }),
      write: async (piece) => this.unlessFailed(() => opened().write(piece)),
      counts: async () => this.unlessFailed(() => opened().counts()),
      close: async (end) =>
        this.unlessFailed(() => {
          const counts = opened().close(end);
          this.note(opened().effects());
          return counts;
        }),
    };
  }

  /** Whether records of parts that were closed name other ids than before. */
  get isRelinked(): boolean {
    return this.areLinksOthers;
  }

  /** When all parts are closed. */
  resolveCopies(): void {
    if (this.changedIds.size > 0) resolveCopies(this.database, this.changedIds);
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

  private note({ changedIds, isRelinked }: Effects): void {
    for (const id of changedIds) this.changedIds.add(id);
    this.areLinksOthers ||= isRelinked;
  }
}
