import type { Feed } from './feed';

/** A stamp as it is kept: what another state of the parser would make of the same bytes is not known. */
export function storedStamp({ revision }: Pick<Feed, 'revision'>, stamp: string): string {
  return `${String(revision)}.${stamp}`;
}

/** A day less than the week after which feeds fetch everything anew, so that such a snapshot is read whole. */
const wholeMs = 6 * 24 * 3_600_000;

/**
 * Whether every record is to be read again, whatever its stamp: now and then, for what stamps do not tell. Both are RFC 3339
 * times.
 */
export function isWholeReadingDue(lastWholeAt: string | undefined, now: string): boolean {
  return lastWholeAt === undefined || !(Date.parse(now) - Date.parse(lastWholeAt) < wholeMs);
}
