import { z } from 'zod';

/** JSON columns that only this feature writes. */
export const StoredFingerprint = z.object({
  sha256: z.string(),
  etag: z.string().exactOptional(),
  lastModified: z.string().exactOptional(),
  revision: z.number(),
});
export type StoredFingerprint = z.infer<typeof StoredFingerprint>;

/** The run of a source that changed something; kept with every dirty key and every transition it leads to. */
export const FeedCause = z.object({
  kind: z.literal('feed'),
  /** Id of the configured source, `osv:npm`. */
  source: z.string(),
  run: z.number(),
});
export type FeedCause = Readonly<z.infer<typeof FeedCause>>;
