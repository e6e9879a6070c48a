import type { DatabaseSync } from 'node:sqlite';

/** Records a transaction; enough that its cost vanishes, few enough that its pages stay in the cache. */
const batchSize = 20_000;

/** The transaction of all parts that are being written: nobody sees the store before it is whole, so it ends only for the cache's sake. */
export class BatchedTransaction {
  private parts = 0;
  private pending = 0;

  constructor(private readonly database: DatabaseSync) {}

  enter(): void {
    if (this.parts === 0) this.database.exec('BEGIN');
    this.parts += 1;
  }

  wrote(records: number): void {
    this.pending += records;
    if (this.pending < batchSize) return;
    this.database.exec('COMMIT; BEGIN');
    this.pending = 0;
  }

  leave(): void {
    this.parts -= 1;
    if (this.parts > 0) return;
    this.database.exec('COMMIT');
    this.pending = 0;
  }
}
