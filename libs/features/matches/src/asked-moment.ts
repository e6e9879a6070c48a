import type { Database } from '@tidewaiter/db';
import { UserError } from '@tidewaiter/kit';

/**
 * The moment somebody asks about, by the clock of the database, which all history bears.
 * @throws UserError `moment-in-future`, `moment-not-kept`
 */
export async function askedMoment(database: Database, at: string | undefined): Promise<Date | undefined> {
  if (at === undefined) return undefined;
  const moment = new Date(at);
  const [row] = await database.$queryRaw<{ now: Date; since: Date | null }[]>`
    SELECT clock_timestamp() AS now, (SELECT since FROM kept_since WHERE subject = 'history') AS since`;
  if (row === undefined) return moment;
  const { now, since } = row;
  if (moment > now) throw new UserError('moment-in-future', `${at} is yet to come: it is ${now.toISOString()} now`);
  if (since !== null && moment < since) {
    const message = `what was known at ${at} is deleted; ask for a moment from ${since.toISOString()} on`;
    throw new UserError('moment-not-kept', message);
  }
  return moment;
}
