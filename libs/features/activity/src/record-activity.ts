import { jsonbText, Prisma, type Transaction } from '@tidewaiter/db';
import { activityPayloads, type ActivityKind, type ActivityPayload } from './activity.schema';

/** Where the id of every new event is announced when its transaction commits. */
export const activityChannel = 'tidewaiter_event';

/** Writes down what happened, in the transaction in which it happens: told when that commits, and never when it does not. */
export async function recordActivity<K extends ActivityKind>(
  tx: Transaction,
  kind: K,
  payload: ActivityPayload<K>,
): Promise<void> {
  const document = jsonbText(activityPayloads[kind].parse(payload));
  await tx.$queryRaw(Prisma.sql`
    WITH recorded AS (INSERT INTO event (kind, payload) VALUES (${kind}, ${document}::jsonb) RETURNING id)
    SELECT pg_notify(${activityChannel}, id::text)::text FROM recorded`);
}
