import { OperationalError } from '@tidewaiter/kit';
import type { Feed, FeedIo, Fetched, Fingerprint, RemoteFile } from '../feed';
import { addressBelow, isAddress, isDirectory, shownAddress } from '../address';
import { fetchSource } from '../fetch-source';
import { parseSecdb } from './secdb';

export const alpineSecdbFeed: Feed = {
  id: 'alpine-secdb',
  revision: 2,
  covers: ['Alpine'],
  speaksFor: ['Alpine'],
  isByRelease: true,
  address: 'https://secdb.alpinelinux.org/',
  fetch: fetchReleases,
  parse: (snapshot) => parseSecdb(snapshot, { feed: 'alpine-secdb', ecosystemOf }),
};

function ecosystemOf(distroversion = ''): string | undefined {
  return /^(?:v\d+\.\d+|edge)$/.test(distroversion) ? `Alpine:${distroversion}` : undefined;
}

/** The address is a directory with one for each release; a single file is read as it is. */
async function fetchReleases(last: Fingerprint | undefined, io: FeedIo): Promise<Fetched> {
  if (!isAddress(io.source) || /\.(?:json|zip|tar|t?gz)$/i.test(new URL(io.source).pathname))
    return fetchSource(last, io, { isEachLasting: true });
  const base = isDirectory(io.source) ? io.source : addressBelow(io.source, '/');
  const listing = (await io.get(base)).toString('utf8');
  const releases = new Set(
    [...listing.matchAll(/href="(?:\.\/)?(v\d{1,3}\.\d{1,3}|edge)\/?"/g)].map(([, name = '']) => name),
  );
  if (releases.size === 0) {
    throw new OperationalError(
      'feed-index-unusable',
      `${shownAddress(base)} lists no release; it has moved or another layout.`,
    );
  }
  return io.downloadAll(
    [...new Set([...releases, ...releasesHad(last, base)])].sort().flatMap((release) => filesOf(base, release)),
    last,
  );
}

/** One that is listed no more may still be there, and is missed where it is not. */
function releasesHad(last: Fingerprint | undefined, base: string): readonly string[] {
  const above = shownAddress(base);
  const below = Object.keys(last?.files ?? {}).map(shownAddress);
  return below.filter((url) => url.startsWith(above)).map((url) => url.slice(above.length).split('/')[0] ?? '');
}

/** The oldest releases have no community repository. */
function filesOf(base: string, release: string): readonly RemoteFile[] {
  return ['main', 'community'].map((repository) => {
    const name = `${release}/${repository}.json`;
    return { url: addressBelow(base, name), name, part: 'alpine', isOptional: true, isLasting: true };
  });
}
