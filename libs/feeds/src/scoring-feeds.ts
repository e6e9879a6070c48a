import { feeds } from './registry';

/** Feeds whose records speak of no package and only say how bad a vulnerability is. */
export const scoringFeeds: readonly string[] = feeds.filter(({ covers }) => covers.length === 0).map(({ id }) => id);
