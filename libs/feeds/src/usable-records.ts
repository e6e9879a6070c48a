import type { RangeEvent } from '@tidewaiter/contracts';
import { isFeedProblem, type Feed, type FeedProblem, type ReadAdvisory } from './feed';
import { undated } from './records/records-by-id';

/** Longer than any real name or version. */
const maxNameChars = 1_024;
/** A message may repeat what a document says, which may be anything. */
const maxMessageChars = 1_000;

/** A feed of which everybody can rely on what it yields: names that are some, times that are times, messages of a size. */
export function withUsableRecords(feed: Feed): Feed {
  return { ...feed, parse: (snapshot, knows) => usable(feed.parse(snapshot, knows)) };
}

async function* usable(items: AsyncIterable<ReadAdvisory | FeedProblem>): AsyncGenerator<ReadAdvisory | FeedProblem> {
  for await (const item of items) yield isFeedProblem(item) ? shortened(item) : usableRecord(item);
}

function shortened(problem: FeedProblem): FeedProblem {
  const { message, path } = problem;
  if (message.length <= maxMessageChars && path.length <= maxMessageChars) return problem;
  return { ...problem, message: cut(message), path: cut(path) };
}

function cut(text: string): string {
  return text.length <= maxMessageChars ? text : `${text.slice(0, maxMessageChars - 1)}…`.toWellFormed();
}

function usableRecord(advisory: ReadAdvisory): ReadAdvisory | FeedProblem {
  const { id, feed } = advisory;
  const reason = unusableName(advisory);
  if (reason === undefined) return withTimes(advisory);
  const path = isName(id) ? id : '';
  return { code: 'feed-record-invalid', message: `${path === '' ? 'a record' : id} has ${reason}`, part: feed, path };
}

function unusableName({ id, aliases, upstream, affected }: ReadAdvisory): string | undefined {
  if (!isName(id)) return 'no usable id';
  if (![...aliases, ...upstream].every(isName)) return 'an alias without a name or with an endless one';
  for (const { ecosystem, name, ranges, versions } of affected) {
    if (!isName(ecosystem) || !isName(name)) return 'a package without a name or with an endless one';
    if (versions.some(isEndless) || ranges.some(({ events }) => events.some((event) => isEndless(versionOf(event)))))
      return 'an endless version';
  }
  return undefined;
}

function isName(text: string): boolean {
  return text !== '' && text.length <= maxNameChars;
}

function isEndless(version: string): boolean {
  return version.length > maxNameChars;
}

/** Of every record there is: no list is made of what is one string. */
function versionOf(event: RangeEvent): string {
  if ('introduced' in event) return event.introduced;
  if ('fixed' in event) return event.fixed;
  return 'lastAffected' in event ? event.lastAffected : event.limit;
}

/**
 * A time that is none says nothing, and takes nothing from the record: when it was published is not known then, and a record
 * that was withdrawn stays so.
 */
function withTimes(advisory: ReadAdvisory): ReadAdvisory {
  const { modified, published, withdrawn } = advisory;
  if ([modified, published ?? undated, withdrawn ?? undated].every(isTime)) return advisory;
  const { published: _published, ...rest } = advisory;
  return {
    ...rest,
    modified: isTime(modified) ? modified : undated,
    ...(published !== undefined && isTime(published) && { published }),
    ...(withdrawn !== undefined && { withdrawn: isTime(withdrawn) ? withdrawn : undated }),
  };
}

function isTime(text: string): boolean {
  return time.test(text);
}

/** https://www.rfc-editor.org/rfc/rfc3339#section-5.6 without leap seconds, which `Date` does not know. To ask `Date` takes eight times as long. */
const time =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,12})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
