import { parseSecdb } from '../alpine-secdb/secdb';
import type { Feed } from '../feed';
import { fetchSource } from '../fetch-source';

export const wolfiFeed: Feed = {
  id: 'wolfi',
  revision: 2,
  covers: ['Wolfi'],
  speaksFor: ['Wolfi'],
  isByRelease: true,
  address: 'https://packages.wolfi.dev/os/security.json',
  // CC BY-NC-ND 4.0
  isNotPassedOn: true,
  fetch: fetchSource,
  parse: (snapshot) => parseSecdb(snapshot, { feed: 'wolfi', ecosystemOf: () => 'Wolfi' }),
};
