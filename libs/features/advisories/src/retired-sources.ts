import { Prisma, type Database } from '@tidewaiter/db';
import { refreshRunPrefix } from './feed-id';

interface SyncedSources {
  readonly configured: readonly string[];
  readonly retired: readonly string[];
}

/**
 * Marks the sources that nobody configures any more, so that their next look withdraws what they said. One that is configured again
 * begins anew. Either is due at once. Returns those whose word still stands.
 */
export async function markRetired(
  database: Database,
  { configured, retired }: SyncedSources,
): Promise<readonly string[]> {
  const left = await idsOf(database, { id: { in: [...retired] }, retiredAt: null });
  const back = await idsOf(database, { id: { in: [...configured] }, retiredAt: { not: null } });
  const anew = { retiredAt: null, state: 'never', fingerprint: Prisma.DbNull, lastSuccessAt: null };
  await database.$transaction([
    database.feedState.updateMany({ where: { id: { in: back } }, data: anew }),
    database.feedState.updateMany({ where: { id: { in: left } }, data: { retiredAt: new Date() } }),
    database.scheduleRun.deleteMany({
      where: { key: { in: [...left, ...back].map((id) => `${refreshRunPrefix}${id}`) } },
    }),
  ]);
  return idsOf(database, { id: { in: [...retired] }, state: { not: 'retired' } });
}

async function idsOf(database: Database, where: Prisma.FeedStateWhereInput): Promise<string[]> {
  const rows = await database.feedState.findMany({ where, select: { id: true }, orderBy: { id: 'asc' } });
  return rows.map(({ id }) => id);
}

/** What is told of a source that said its last word. */
export const retiredState = {
  state: 'retired',
  records: 0,
  problems: 0,
  problemSample: [],
  ecosystems: [],
  frozen: {},
  fingerprint: Prisma.DbNull,
  lastError: null,
} satisfies Prisma.FeedStateUpdateInput;
