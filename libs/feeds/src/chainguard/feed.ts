import { parseSecdb } from '../alpine-secdb/secdb';
import type { Feed } from '../feed';
import { fetchSource } from '../fetch-source';

export const chainguardFeed: Feed = {
  id: 'chainguard',
  revision: 2,
  covers: ['Chainguard'],
  speaksFor: ['Chainguard'],
  isByRelease: true,
  address: 'https://packages.cgr.dev/chainguard/security.json',
  // CC BY-NC-ND 4.0
  isNotPassedOn: true,
  fetch: fetchSource,
  parse: (snapshot) => parseSecdb(snapshot, { feed: 'chainguard', ecosystemOf: () => 'Chainguard' }),
};
