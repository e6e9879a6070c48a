import { Inject, Injectable } from '@nestjs/common';
import { deleteInBatches, type Database } from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';
import type { ActivityEvent } from './activity.schema';

/** A row of the log, in the order of its ids. */
export interface LoggedEvent {
  readonly id: bigint;
  readonly event: ActivityEvent;
}

const deleteBatch = 10_000;

/** The events as rows. */
@Injectable()
export class ActivityLog {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async findAfter(id: bigint, limit: number): Promise<readonly LoggedEvent[]> {
    const rows = await this.database.event.findMany({ where: { id: { gt: id } }, orderBy: { id: 'asc' }, take: limit });
    return rows.map(({ id: rowId, at, kind, payload }) => ({
      id: rowId,
      event: { id: String(rowId), at: at.toISOString(), kind, payload: isRecord(payload) ? payload : {} },
    }));
  }

  /**
   * The id up to which every event is settled: a transaction that has an older id and has not committed yet can be no older
   * than `openForMs`.
   */
  async settledId(openForMs: number): Promise<bigint> {
    const [row] = await this.database.$queryRaw<{ id: bigint }[]>`
      SELECT coalesce(
        (SELECT min(id) - 1 FROM event WHERE at > now() - make_interval(secs => ${openForMs / 1_000}::float8)),
        (SELECT max(id) FROM event),
        0)::bigint AS id`;
    return row?.id ?? 0n;
  }

  /** Deletes what is older than the given days, in bounded steps. Returns how many events that were. */
  deleteOlderThan(days: number): Promise<number> {
    return deleteInBatches(
      deleteBatch,
      () => this.database.$executeRaw`
        DELETE FROM event WHERE id IN (
          SELECT id FROM event WHERE at < now() - make_interval(days => ${days}::int) ORDER BY id LIMIT ${deleteBatch})`,
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
