import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';

/** Rows deleted in one statement: nobody waits long for the locks of one. */
const batchSize = 2_000;

/** Deletes deliveries that are done with. The scans they asked for stay. */
@Injectable()
export class DeleteDeliveries {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Returns how many that were. */
  async olderThan(days: number): Promise<number> {
    let deleted = 0;
    for (;;) {
      const count = await this.database.$executeRaw`
        DELETE FROM delivery WHERE id IN (
          SELECT id FROM delivery WHERE received_at < now() - make_interval(days => ${days}::int) AND state <> 'received'
           ORDER BY received_at LIMIT ${batchSize})`;
      deleted += count;
      if (count < batchSize) return deleted;
    }
  }
}
