import { UserError } from '@tidewaiter/kit';
import { enrichmentSources } from './enrichment-registry';
import { feeds } from './registry';

export interface FeedKeyFile {
  readonly feed: string;
  /** Of a file of OpenPGP public keys. */
  readonly path: string;
}

/** Statements (VEX) are read by a source that is no feed of this library. */
const idsElsewhere = ['vex'];

/**
 * The files of keys that are configured for a feed. A key for a feed that does not exist stops the reading of every one: whoever
 * wrote it believes that signatures are checked. @throws UserError `feed-unknown`
 */
export function keyFilesOf(feed: string, keyFiles: readonly FeedKeyFile[]): readonly string[] {
  const known = [...[...feeds, ...enrichmentSources].map(({ id }) => id), ...idsElsewhere];
  const unknown = keyFiles.find((keyFile) => !known.includes(keyFile.feed));
  if (unknown === undefined) return keyFiles.filter((keyFile) => keyFile.feed === feed).map(({ path }) => path);
  throw new UserError(
    'feed-unknown',
    `ADVISORIES_KEYS names a feed ${unknown.feed}, which does not exist; the feeds are ${known.join(', ')}.`,
  );
}
