import { UserError } from '@tidewaiter/kit';
import type { Feed } from './feed';
import { osvFeed } from './osv/feed';
import { feeds } from './registry';

export interface ConfiguredSource {
  readonly feed: Feed;
  /** A path or an http(s) address. */
  readonly source: string;
}

/**
 * What an operator means by a source: `debian-tracker=/srv/tracker.json` or `debian-tracker=https://...` is that feed's raw
 * form, `debian-tracker` alone is where its publisher has it, and everything else is a path or an address of OSV records.
 * A path that reads like one of the first two is written `./debian-tracker`.
 * @throws UserError `feed-unknown`
 */
export function configuredSource(text: string): ConfiguredSource {
  const alone = feeds.find(({ id }) => id === text);
  if (alone?.address !== undefined) return { feed: alone, source: alone.address };
  const [, id = osvFeed.id, source = text] = /^([a-z][a-z0-9-]*)=(.+)$/s.exec(text) ?? [];
  const feed = feeds.find((candidate) => candidate.id === id);
  if (feed !== undefined) return { feed, source };
  const known = feeds.map((candidate) => candidate.id).join(', ');
  throw new UserError('feed-unknown', `There is no feed ${id}; the feeds are ${known}. A path is written ./${id}=...`);
}
