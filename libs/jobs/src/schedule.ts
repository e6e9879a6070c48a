/** When something is done by the clock: again and again, or once a day at a minute after midnight (UTC). */
export type Schedule = { readonly everyMs: number } | { readonly dailyAtMinute: number };

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/**
 * Since when it is due; undefined when it is not. However many runs were missed while nobody was there, that is one moment:
 * they are caught up by one run.
 */
export function dueSince(schedule: Schedule, lastRunAt: Date | undefined, now: Date): Date | undefined {
  const since = 'everyMs' in schedule ? dueAfter(schedule.everyMs, lastRunAt, now) : lastTimeOfDay(schedule, now);
  return since <= now && (lastRunAt === undefined || lastRunAt < since) ? since : undefined;
}

function dueAfter(everyMs: number, lastRunAt: Date | undefined, now: Date): Date {
  return lastRunAt === undefined ? now : new Date(lastRunAt.getTime() + everyMs);
}

function lastTimeOfDay({ dailyAtMinute }: { readonly dailyAtMinute: number }, now: Date): Date {
  const midnight = now.getTime() - (now.getTime() % dayMs);
  const today = midnight + dailyAtMinute * minuteMs;
  return new Date(today <= now.getTime() ? today : today - dayMs);
}
