import { setTimeout } from 'node:timers/promises';

interface HasClock {
  $queryRawUnsafe<T>(query: string): PromiseLike<T>;
}

const apartMs = 3;

/**
 * A moment by the database's clock at which one may ask for what was then. Times are kept in milliseconds and rounded to them, and this
 * one is cut off: what comes before and after it is more than one away.
 */
export async function momentApart(database: HasClock): Promise<Date> {
  await setTimeout(apartMs);
  const [row] = await database.$queryRawUnsafe<{ now: Date }[]>('SELECT clock_timestamp() AS now');
  await setTimeout(apartMs);
  if (row === undefined) throw new Error('the database did not say what time it is');
  return row.now;
}
