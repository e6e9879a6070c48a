import { OperationalError } from '@tidewaiter/kit';
import { documentsOf, isDocument } from '../documents';
import type { FeedIo, FeedProblem, Fetched, Fingerprint, RemoteFile, SnapshotPart } from '../feed';
import { addressBelow, isDirectory, shownAddress } from '../address';
import { fetchSource } from '../fetch-source';

const part = 'red-hat';
/** The archive is made in the course of its day, and the lists are not made in the same moment. */
const overlapMs = 6 * 3_600_000;
const maxChanges = 100_000;

/**
 * The latest archive, which has every document, and every document that `changes.csv` says is newer. What neither changed is
 * read from where it was stored. https://redhatproductsecurity.github.io/security-data-guidelines/csaf-vex/
 */
export async function fetchArchive(last: Fingerprint | undefined, io: FeedIo): Promise<Fetched> {
  const { source } = io;
  if (!isDirectory(source)) return fetchSource(last, io);
  const at = (name: string): string => addressBelow(source, name);
  const archive = (await io.get(at('archive_latest.txt'))).toString('utf8').trim();
  const [, date] = /^[\w.-]{1,100}_(\d{4}-\d\d-\d\d)\.tar\.(?:zst|gz)$/.exec(archive) ?? [];
  if (date === undefined) {
    throw new OperationalError(
      'feed-index-unusable',
      `${shownAddress(at('archive_latest.txt'))} names no archive; the layout is another one.`,
    );
  }
  const changes = changedSince((await io.get(at('changes.csv'))).toString('utf8'), Date.parse(date) - overlapMs);
  const files: RemoteFile[] = changes.map(([name, time]) => ({
    url: at(name),
    name,
    part,
    version: time,
    isOptional: true,
  }));
  // Nobody signs this list, and whoever forged it could make advisories vanish; the next archive is without them too.
  if (io.isSigned !== true) {
    files.push({ url: at('deletions.csv'), name: 'deletions.csv', part, isOptional: true });
  }
  const sha256 = await statedSum(at(`${archive}.sha256`), io);
  files.push({ url: at(archive), name: archive, part, version: archive, ...(sha256 !== undefined && { sha256 }) });
  return io.downloadAll(files, last);
}

/**
 * The sum that lies beside a file, as sha256sum(1) writes it: CSAF 2.0, 7.1.18. Asked for the archive alone, whose name has its day: a
 * document is replaced under its name, and for a while the new one may stand beside the old sum.
 */
async function statedSum(url: string, io: FeedIo): Promise<string | undefined> {
  try {
    const [, sum] = /^([0-9a-f]{64})(?:\s|$)/i.exec((await io.get(url)).toString('utf8')) ?? [];
    if (sum !== undefined) return sum.toLowerCase();
    throw new OperationalError(
      'feed-index-unusable',
      `${shownAddress(url)} holds no SHA-256; the layout is another one.`,
    );
  } catch (error) {
    // A mirror may have the archive alone.
    if (error instanceof OperationalError && error.fields.status === 404) return undefined;
    throw error;
  }
}

/** `"2024/cve-2024-1000.json","2024-11-26T10:00:00+00:00"`, newest first. */
function changedSince(csv: string, sinceMs: number): readonly (readonly [name: string, time: string])[] {
  const found: [string, string][] = [];
  let lines = 0;
  for (const [, name = '', time = ''] of csv.matchAll(
    /^"?(\d{4}\/[\w.-]{1,100}\.json)"?,"?([^",\r\n]{1,40})"?\s*$/gm,
  )) {
    lines += 1;
    if (Date.parse(time) >= sinceMs) found.push([name, time]);
  }
  // Some lines of others are nothing; none that is one of these is another layout.
  if (lines === 0)
    throw new OperationalError('feed-index-unusable', 'changes.csv names no document; the layout is another one.');
  if (found.length <= maxChanges) return found;
  throw new OperationalError('feed-index-unusable', `changes.csv names more than ${maxChanges} documents.`);
}

/** Ids of documents that were taken back after the archive was made, and why they are not known where they are not. */
export async function deletedIds(
  snapshotPart: SnapshotPart,
): Promise<{ readonly ids: ReadonlySet<string>; readonly problems: readonly FeedProblem[] }> {
  const ids = new Set<string>();
  const problems: FeedProblem[] = [];
  for await (const document of documentsOf(snapshotPart, (name) => /(?:^|\/)deletions\.csv$/.test(name))) {
    // An archive that cannot be read is named by whoever reads its documents.
    if (!isDocument(document)) continue;
    const content = await document.bytes();
    if (!content.ok) {
      problems.push(content.error);
      continue;
    }
    const csv = Buffer.from(content.value).toString('utf8');
    for (const [, id = ''] of csv.matchAll(/^"?\d{4}\/(cve-\d{4}-\d+)\.json"?,/gim)) ids.add(id.toUpperCase());
  }
  return { ids, problems };
}
