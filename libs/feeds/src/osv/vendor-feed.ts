import type { Feed } from '../feed';
import { fetchOsv } from './changes';
import { parseOsv } from './feed';

export interface OsvVendor {
  readonly id: string;
  readonly ecosystem: string;
  readonly address: string;
}

/** A distribution that publishes its advisories in OSV's form: the general parser, and a vendor's weight. */
export function osvVendorFeed({ id, ecosystem, address }: OsvVendor): Feed {
  return {
    id,
    revision: 3,
    covers: [ecosystem],
    speaksFor: [ecosystem],
    address,
    fetch: fetchOsv,
    parse: (snapshot, knows) => parseOsv(id, snapshot, knows),
  };
}
