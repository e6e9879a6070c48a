import { childOf, childrenOf, readXml } from '@tidewaiter/formats';
import { OperationalError } from '@tidewaiter/kit';
import type { FeedIo, Fetched, Fingerprint, RemoteFile } from '../feed';
import { addressBelow, addressNamedBy, isAddress, isDirectory, shownAddress } from '../address';
import { fetchSource } from '../fetch-source';

/** The lists of mirrors below the configured address, by what their advisories are called here. */
const mirrorLists: Readonly<Record<string, string>> = {
  'al2023-x86_64': 'al2023/core/mirrors/latest/x86_64/mirror.list',
  'al2023-aarch64': 'al2023/core/mirrors/latest/aarch64/mirror.list',
  'al2-x86_64': '2/core/latest/x86_64/mirror.list',
  'al2-aarch64': '2/core/latest/aarch64/mirror.list',
};

/** An address of a directory is where all repositories are, one of a `mirror.list` is one of them; a file is a file. */
export async function fetchRepositories(last: Fingerprint | undefined, io: FeedIo): Promise<Fetched> {
  const { source } = io;
  const isList = isAddress(source) && new URL(source).pathname.endsWith('/mirror.list');
  if (!isList && !isDirectory(source)) return fetchSource(last, io);
  const lists = isList
    ? [['repository', source] as const]
    : Object.entries(mirrorLists).map(([name, path]) => [name, addressBelow(source, path)] as const);
  const files: RemoteFile[] = [];
  for (const [name, url] of lists) files.push(await updateInfoOf(name, url, io));
  return io.downloadAll(files, last);
}

/** mirror.list names mirrors, a mirror's repomd.xml the list of updates with its checksum. */
async function updateInfoOf(name: string, url: string, io: FeedIo): Promise<RemoteFile> {
  const [mirror] = (await io.get(url))
    .toString('utf8')
    .split(/\s+/)
    .filter((word) => isAddress(word) && URL.canParse(word));
  if (mirror === undefined) throw unusable(`${shownAddress(url)} names no mirror`);
  const repository = addressNamedBy(url, mirror);
  const base = isDirectory(repository) ? repository : addressBelow(repository, '/');
  const indexUrl = addressBelow(base, 'repodata/repomd.xml');
  const index = readXml(await io.get(indexUrl, { vouches: true }));
  if (!index.ok) throw unusable(`${shownAddress(indexUrl)} ${index.error.message}`);
  const data = childrenOf(index.value, 'data').find(({ attributes }) => attributes.get('type') === 'updateinfo');
  const href = childOf(data, 'location')?.attributes.get('href');
  const checksum = childOf(data, 'checksum');
  if (href === undefined) throw unusable(`${shownAddress(indexUrl)} has no list of updates`);
  const isSha256 = checksum?.attributes.get('type') === 'sha256';
  const inflated = childOf(data, 'open-checksum');
  return {
    url: addressBelow(base, href),
    name: `${name}/${href.slice(href.lastIndexOf('/') + 1)}`,
    part: 'amazon-linux',
    ...(isSha256 && { sha256: checksum.text, isInSignedList: true }),
    ...(isSha256 && inflated?.attributes.get('type') === 'sha256' && { inflatedSha256: inflated.text }),
  };
}

function unusable(message: string): OperationalError {
  return new OperationalError('feed-index-unusable', `${message}; it has moved or another layout.`);
}
