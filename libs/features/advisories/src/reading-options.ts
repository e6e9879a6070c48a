import { keyFilesOf, type FeedKeyFile } from '@tidewaiter/feeds';

export interface ReadingOptions {
  /** Where raw snapshots are kept. */
  readonly snapshotDirectory: string;
  /** A source that lost a greater share of its records at once is not believed. */
  readonly maxShrinkPercent: number;
  /** For a server that has stopped sending; a minute when left out. */
  readonly stallMs?: number;
  /** Public keys of publishers, by feed. */
  readonly keyFiles?: readonly FeedKeyFile[];
}

export const READING_OPTIONS = Symbol('ReadingOptions');

/** How a source is asked. */
export function feedIoOptions(
  { feed, source }: { readonly feed: string; readonly source: string },
  { snapshotDirectory, stallMs, maxShrinkPercent, keyFiles = [] }: ReadingOptions,
) {
  return {
    source,
    directory: snapshotDirectory,
    keyFiles: keyFilesOf(feed, keyFiles),
    isGoneBelieved: maxShrinkPercent >= 100,
    ...(stallMs === undefined ? {} : { stallMs }),
  };
}
