import { z } from 'zod';

export const TrackerRelease = z.object({
  status: z.enum(['open', 'resolved', 'undetermined']),
  fixed_version: z.string().optional(),
  urgency: z.string(),
  nodsa: z.string().nullish(),
  /** Empty for a minor issue, `ignored`, `postponed`. */
  nodsa_reason: z.string().nullish(),
});
export type TrackerRelease = z.infer<typeof TrackerRelease>;

/** What the tracker says of one vulnerability in one source package. */
export const TrackerIssue = z.object({
  description: z.string().optional(),
  /** By codename. */
  releases: z.record(z.string(), TrackerRelease),
});
export type TrackerIssue = z.infer<typeof TrackerIssue>;
