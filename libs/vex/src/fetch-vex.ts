import {
  addressNamedBy,
  fetchSource,
  isAddress,
  shownAddress,
  type FeedIo,
  type Fetched,
  type Fingerprint,
} from '@tidewaiter/feeds';
import { messageOf, OperationalError } from '@tidewaiter/kit';
import { VexRepository } from './repository.schema';

/** A repository says of itself where its archive lies; everything else is what it is. */
export async function fetchVex(last: Fingerprint | undefined, io: FeedIo): Promise<Fetched> {
  const { source } = io;
  if (!isAddress(source) || !new URL(source).pathname.endsWith('/vex-repository.json')) return fetchSource(last, io);
  const archive = addressNamedBy(source, archiveOf(source, (await io.get(source)).toString('utf8')));
  if (new URL(archive).host === new URL(source).host) return io.download(archive, last);
  throw new OperationalError(
    'feed-address-refused',
    `${shownAddress(source)} has its documents at ${shownAddress(archive)}, on another host than the configured one; configure that address to allow it.`,
  );
}

/** Versions of the specification that are known: all of 0. The first location is where it is; others are copies. */
function archiveOf(source: string, text: string): string {
  const repository = VexRepository.safeParse(parsed(source, text));
  const known = repository.data?.versions.find(({ spec_version: version }) => /^0\.\d+$/.test(version));
  const url = known?.locations[0]?.url;
  if (url === undefined || !URL.canParse(url)) {
    throw unusable(source, 'names no archive of a version 0 of the specification');
  }
  // Behind a double slash stands where in the archive the documents are: all that it has are read.
  return url.replace(/^(https?:\/\/[^?#]*?[^:/])\/\/[^?#]*/i, '$1');
}

function parsed(source: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable(source, `is not JSON (${messageOf(error)})`);
  }
}

function unusable(source: string, what: string): OperationalError {
  return new OperationalError('feed-index-unusable', `${shownAddress(source)} ${what}.`);
}
