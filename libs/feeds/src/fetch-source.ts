import { isAddress } from './address';
import type { FeedIo, Fetched, Fingerprint, LocalReading } from './feed';

/** What most sources do: one conditional GET for an address, one look at the disk for a path. */
export function fetchSource(last: Fingerprint | undefined, io: FeedIo, reading?: LocalReading): Promise<Fetched> {
  return isAddress(io.source) ? io.download(io.source, last) : io.local(io.source, last, reading);
}
