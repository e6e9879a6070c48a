import { named, pageOf } from '@tidewaiter/server';
import { z } from 'zod';

/** A source of advisories and how its last run went. */
export const FeedRecord = named(
  'Feed',
  z.object({
    id: z.string(),
    feed: z.string(),
    source: z.string(),
    /** retired: taken out of the configuration, and what it said is withdrawn. */
    state: z.enum(['never', 'ok', 'failing', 'retired']),
    /** Whether what was last read had a signature by a configured key of its publisher; null before anything was read. */
    signatures: z.enum(['checked', 'unchecked']).nullable(),
    ecosystems: z.array(z.string()),
    records: z.number().int(),
    problems: z.number().int(),
    /** The first problems of the last run. */
    problemSample: z.array(z.looseObject({ code: z.string(), message: z.string() })),
    lastAttemptAt: z.iso.datetime().nullable(),
    lastSuccessAt: z.iso.datetime().nullable(),
    lastChangeAt: z.iso.datetime().nullable(),
    lastError: z.string().nullable(),
    /** Since when nobody configures it; what it said is withdrawn at the next look. */
    retiredAt: z.iso.datetime().nullable(),
    /** Releases that it says nothing of any more: what it said of them last still judges. */
    frozen: z.array(z.object({ ecosystem: z.string(), since: z.iso.datetime() })),
  }),
);
export type FeedRecord = z.infer<typeof FeedRecord>;

export const FeedPage = named('FeedPage', pageOf(FeedRecord));
export type FeedPage = z.infer<typeof FeedPage>;
