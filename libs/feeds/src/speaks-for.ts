import { ecosystemBase } from '@tidewaiter/contracts';
import { feeds } from './registry';

const vendorFeeds = new Map(feeds.map(({ id, speaksFor = [] }) => [id, new Set(speaksFor)]));

/** Whether a feed is the vendor of an ecosystem's packages. `ecosystem` may carry its release. */
export function speaksFor(feed: string, ecosystem: string): boolean {
  return vendorFeeds.get(feed)?.has(ecosystemBase(ecosystem)) === true;
}
