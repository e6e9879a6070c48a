import { z } from 'zod';

const FileFingerprint = z.object({
  sha256: z.string(),
  etag: z.string().exactOptional(),
  lastModified: z.string().exactOptional(),
  version: z.string().exactOptional(),
  checkedWith: z.string().exactOptional(),
  isGone: z.literal(true).exactOptional(),
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

/**
 * Whether what a source's last good state was read from had its publisher's signature; null where none is stored, or no more than what it
 * was made of.
 */
export function signaturesOf(fingerprint: unknown): 'checked' | 'unchecked' | null {
  if (fingerprint === null) return null;
  const { sha256, checkedWith } = StoredFingerprint.parse(fingerprint);
  if (sha256 === '') return null;
  return checkedWith === undefined ? 'unchecked' : 'checked';
}

/** Since when a source has said nothing of these releases. RFC 3339. */
export const StoredFrozen = z.record(z.string(), z.string());
export type StoredFrozen = Readonly<z.infer<typeof StoredFrozen>>;

export interface FrozenRelease {
  readonly ecosystem: string;
  /** RFC 3339. */
  readonly since: string;
}

/** Releases that a source says nothing of any more and whose last word stays, sorted. */
export function frozenReleases(stored: unknown): FrozenRelease[] {
  return Object.entries(StoredFrozen.parse(stored))
    .map(([ecosystem, since]) => ({ ecosystem, since }))
    .sort((a, b) => (a.ecosystem < b.ecosystem ? -1 : 1));
}

/** The first problems of a source, as its last readings named them. */
export const StoredProblems = z.array(
  z.object({
    code: z.string(),
    message: z.string(),
    part: z.string(),
    path: z.string(),
    fatal: z.literal(true).exactOptional(),
  }),
);

/** The run of a source that changed something; kept with every dirty key and every transition it leads to. */
export const FeedCause = z.object({
  kind: z.literal('feed'),
  /** Id of the configured source, `osv:npm`. */
  source: z.string(),
  run: z.number(),
  /** What the source said is withdrawn, since nobody configures it any more. */
  retired: z.literal(true).exactOptional(),
});
export type FeedCause = Readonly<z.infer<typeof FeedCause>>;
