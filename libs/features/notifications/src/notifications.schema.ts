import { Digest, Severity } from '@tidewaiter/contracts';
import { z } from 'zod';

const Count = z.int().nonnegative();

/** What a message is built from. Written with the change it tells about and read when it is sent; names are untrusted. */
const FindingLine = z.object({
  vulnerability: z.string(),
  severity: Severity,
  package: z.object({ name: z.string(), version: z.string() }),
  fixedIn: z.string().optional(),
  score: z.number().optional(),
  /** Not in the image the tag pointed to before. */
  isNew: z.boolean().optional(),
});

export const SeverityCounts = z.object({
  critical: Count,
  high: Count,
  medium: Count,
  low: Count,
  negligible: Count,
  unknown: Count,
});
export type SeverityCounts = z.infer<typeof SeverityCounts>;

/** A pushed image was looked at. */
export const ImageVerdict = z.object({
  kind: z.literal('image-verdict'),
  registry: z.string(),
  repository: z.string(),
  /** Absent when a digest alone was pushed. */
  tag: z.string().optional(),
  /** What was pushed: a manifest or an index. */
  digest: Digest,
  /** One a platform. */
  images: z
    .array(
      z.object({
        digest: z.string(),
        platform: z.string().optional(),
        state: z.enum(['scanned', 'partial', 'unsupported', 'failed']),
        /** False when something in it was not read. */
        complete: z.boolean(),
        /** Why it is unsupported, or what is wrong with it. */
        reason: z.string().optional(),
      }),
    )
    .min(1)
    .max(100),
  /** Distinct affected findings over all of the images. */
  counts: SeverityCounts,
  fixable: Count,
  undetermined: Count,
  /** Distinct packages found; 0 means that nothing was recognised, which is not the same as clean. */
  packages: Count.optional(),
  /** The worst; counts say how many there are in all. */
  findings: z.array(FindingLine).max(10),
  /** Compared with what the tag pointed to before. */
  previous: z.object({ digest: z.string(), opened: Count, fixed: Count }).optional(),
  problems: Count,
  /** Path below the public address. */
  links: z.object({ image: z.string().startsWith('/') }),
});
export type ImageVerdict = z.infer<typeof ImageVerdict>;

export const VulnerabilityChange = z.object({
  vulnerability: z.string(),
  change: z.enum([
    'opened',
    'closed',
    'severity-changed',
    'fix-available',
    'fix-withdrawn',
    'verdict-changed',
    'known-exploited',
    'epss-crossed',
    'suppression-withdrawn',
  ]),
  severity: Severity,
  previousSeverity: Severity.optional(),
  score: z.number().optional(),
  summary: z.string().optional(),
  /** Some of the packages; `packageCount` says how many there are. */
  packages: z.array(z.object({ name: z.string(), version: z.string(), fixedIn: z.string().optional() })).max(20),
  packageCount: Count,
  /** Some of the images as people call them (`team/api:1.4.2`); `imageCount` says how many there are. */
  images: z.array(z.string()).max(20),
  imageCount: Count,
});
export type VulnerabilityChange = z.infer<typeof VulnerabilityChange>;

/** What is known changed, and images that were looked at long ago are concerned. */
export const Rematch = z.object({
  kind: z.literal('rematch'),
  /** The feed whose records changed. */
  feed: z.string().optional(),
  vulnerabilities: z.array(VulnerabilityChange).min(1).max(1_000),
  /** Changes beyond those listed. */
  omitted: Count.default(0),
});
export type Rematch = z.infer<typeof Rematch>;

/** A source of what is known could not be read for too long. */
export const FeedFailing = z.object({
  kind: z.literal('feed-failing'),
  feed: z.string(),
  /** When it was last read whole, or was configured where it never was. */
  since: z.iso.datetime(),
  reason: z.string().optional(),
  /** What is still known from it. */
  records: Count,
});
export type FeedFailing = z.infer<typeof FeedFailing>;

/** Of releases a source says nothing any more: what it said last still judges and learns of nothing new. */
export const FeedFrozen = z.object({
  kind: z.literal('feed-frozen'),
  feed: z.string(),
  since: z.iso.datetime(),
  /** Some of them; `releaseCount` says how many there are. */
  releases: z.array(z.string()).min(1).max(20),
  releaseCount: Count,
});
export type FeedFrozen = z.infer<typeof FeedFrozen>;

/** A tag that must not move did. */
export const TagMoved = z.object({
  kind: z.literal('tag-moved'),
  registry: z.string(),
  repository: z.string(),
  tag: z.string(),
  /** Absent: it is gone. */
  digest: z.string().optional(),
  previousDigest: z.string().optional(),
  /** Who saw it: webhook, event-grid, reconcile, user. */
  source: z.string(),
  seenAt: z.iso.datetime(),
});
export type TagMoved = z.infer<typeof TagMoved>;

/** Images wait in a registry's quarantine for too long: nobody can pull them. */
export const QuarantineWaiting = z.object({
  kind: z.literal('quarantine-waiting'),
  registry: z.string(),
  /** When the one came in that waits for longest. */
  since: z.iso.datetime(),
  count: Count,
  /** The first of them as people call them, and why each waits. */
  images: z
    .array(z.object({ name: z.string(), reason: z.string() }))
    .min(1)
    .max(10),
});
export type QuarantineWaiting = z.infer<typeof QuarantineWaiting>;

export const NotificationPayload = z.discriminatedUnion('kind', [
  ImageVerdict,
  Rematch,
  FeedFailing,
  FeedFrozen,
  TagMoved,
  QuarantineWaiting,
]);
export type NotificationPayload = z.infer<typeof NotificationPayload>;

export const NewNotification = z.object({
  channel: z.string().min(1).max(200),
  /** What it is about. The same subject is told once per channel, so it must name everything that makes it another message. */
  subject: z.string().min(1).max(1_000),
  payload: NotificationPayload,
  dueAt: z.date(),
});
export type NewNotification = z.input<typeof NewNotification>;
