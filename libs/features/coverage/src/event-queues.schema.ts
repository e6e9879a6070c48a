import { named, pageOf } from '@tidewaiter/server';
import { z } from 'zod';

/** A queue that a registry's events are fetched from, and how the last looks of the receivers at it went. */
export const EventQueueRecord = named(
  'EventQueue',
  z.object({
    registry: z.string(),
    kind: z.enum(['storage-queue', 'service-bus']),
    /** `HOST/PATH`, without what is secret in its address. */
    place: z.string(),
    /** `failing`: the last look was refused. */
    state: z.enum(['never', 'ok', 'failing']),
    /** The last look, whatever came of it. */
    lookedAt: z.iso.datetime().nullable(),
    /** The last look that was answered. */
    readAt: z.iso.datetime().nullable(),
    /** When there was a message last. */
    messageAt: z.iso.datetime().nullable(),
    /** The last refusal; it stays when the queue answers again. */
    refusal: z.object({ code: z.string(), message: z.string(), at: z.iso.datetime() }).nullable(),
  }),
);
export type EventQueueRecord = z.infer<typeof EventQueueRecord>;

export const EventQueuePage = named('EventQueuePage', pageOf(EventQueueRecord));
export type EventQueuePage = z.infer<typeof EventQueuePage>;
