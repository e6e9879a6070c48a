import { OperationalError } from '@tidewaiter/kit';
import type { FeedIo, Fetched, Fingerprint, RemoteFile } from '../feed';
import { addressBelow, isDirectory } from '../address';
import { fetchSource } from '../fetch-source';

/** The file of 2002 has the years before it too. */
const firstYear = 2002;
/** Up to here every year has a file; a later one may not have begun. */
const knownYear = 2026;

/** An address of a directory is where the yearly files are; any other one is a file, and a path is a path. */
export async function fetchYears(last: Fingerprint | undefined, io: FeedIo): Promise<Fetched> {
  const { source } = io;
  if (!isDirectory(source)) return fetchSource(last, io, { isEachLasting: true });
  const files: RemoteFile[] = [];
  for (let year = firstYear; ; year += 1) {
    const facts = await factsOf(addressBelow(source, `nvdcve-2.0-${String(year)}.meta`), year, io);
    const name = `nvdcve-2.0-${String(year)}.json.gz`;
    const url = addressBelow(source, name);
    if (facts !== undefined) files.push({ url, name, part: 'nvd', ...facts });
    else if (last?.files?.[url] === undefined) break;
    else files.push({ url, name, part: 'nvd', isOptional: true, isLasting: true });
  }
  return io.downloadAll(files, last);
}

/** What a year's file is known by: the list of its facts, which holds its time and, as `sha256:`, the sum of what it inflates to. */
async function factsOf(
  url: string,
  year: number,
  io: FeedIo,
): Promise<Pick<RemoteFile, 'version' | 'inflatedSha256'> | undefined> {
  try {
    const version = (await io.get(url)).toString('utf8').slice(0, 1_000);
    const sum = /^sha256:([0-9a-f]{64})\s*$/im.exec(version)?.[1]?.toLowerCase();
    return { version, ...(sum !== undefined && { inflatedSha256: sum }) };
  } catch (error) {
    const isMissing = error instanceof OperationalError && error.fields.status === 404;
    if (isMissing && year > knownYear) return undefined;
    throw error;
  }
}
