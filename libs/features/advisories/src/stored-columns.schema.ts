import { z } from 'zod';

const FileFingerprint = z.object({
  sha256: z.string(),
  etag: z.string().exactOptional(),
  lastModified: z.string().exactOptional(),
  version: z.string().exactOptional(),
});

/** JSON columns that only this feature writes. */
export const StoredFingerprint = FileFingerprint.extend({
  files: z.record(z.string(), FileFingerprint).exactOptional(),
  cursor: z.string().exactOptional(),
  revision: z.number(),
  /** When everything was read the last time, leaving out nothing by its stamp. RFC 3339. */
  wholeAt: z.string().exactOptional(),
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
