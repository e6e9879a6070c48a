import type { FeedIo, FetchedSnapshot, Fingerprint } from './feed';

/** What most sources do: one conditional GET for an address, one look at the disk for a path. */
export function fetchSource(last: Fingerprint | undefined, io: FeedIo): Promise<'unchanged' | FetchedSnapshot> {
  return /^https?:\/\//i.test(io.source) ? io.download(io.source, last) : io.local(io.source, last);
}
