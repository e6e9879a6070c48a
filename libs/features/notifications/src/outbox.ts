import { randomUUID } from 'node:crypto';
import { jsonbText, type Transaction } from '@tidewaiter/db';
import { NewNotification } from './notifications.schema';

/**
 * Puts a message into the outbox, in the transaction of the change it tells about: no change without its message, no
 * message without its change. False when this channel was told of this subject before, or is about to be.
 */
export async function enqueueNotification(tx: Transaction, notification: NewNotification): Promise<boolean> {
  const { channel, subject, payload, dueAt } = NewNotification.parse(notification);
  const inserted = await tx.$executeRaw`
    INSERT INTO notification (id, channel, subject, payload, state, due_at)
    VALUES (${randomUUID()}::uuid, ${channel}, ${subject}, ${jsonbText(payload)}::jsonb, 'pending', ${dueAt})
    ON CONFLICT (channel, subject) DO NOTHING`;
  return inserted === 1;
}

/**
 * A client pushes the images of an index by digest first and the tag last. What waits to be told of the digests alone is
 * absorbed by the message about the tag: messages of the same repository, without a tag, about no other image than these.
 * Call it after that message was enqueued. Returns how many were absorbed; one that is being sent already is not.
 */
export async function absorbUntagged(
  tx: Transaction,
  channel: string,
  imageDigests: readonly string[],
  intoSubject: string,
): Promise<number> {
  return tx.$executeRaw`
    UPDATE notification AS untagged
       SET state = 'absorbed', last_error = ${`absorbed-by: ${intoSubject}`}
      FROM notification AS tagged
     WHERE tagged.channel = ${channel} AND tagged.subject = ${intoSubject} AND tagged.id <> untagged.id
       AND untagged.channel = ${channel} AND untagged.state = 'pending'
       AND untagged.payload->>'kind' = 'image-verdict' AND untagged.payload->'tag' IS NULL
       AND untagged.payload->>'registry' = tagged.payload->>'registry'
       AND untagged.payload->>'repository' = tagged.payload->>'repository'
       AND NOT EXISTS (
         SELECT FROM jsonb_array_elements(untagged.payload->'images') AS image
          WHERE NOT image->>'digest' = ANY(${[...imageDigests]}::text[]))`;
}

/**
 * The same for what absorbUntagged could not see, because the image of an index was looked at after the index or at the
 * same moment. By the time a held message is due, the other has long been written.
 */
export async function absorbDueUntagged(tx: Transaction, channel: string, now: Date): Promise<number> {
  return tx.$executeRaw`
    UPDATE notification AS untagged
       SET state = 'absorbed', last_error = 'absorbed-by: ' || tagged.subject
      FROM notification AS tagged
     WHERE untagged.channel = ${channel} AND untagged.state = 'pending' AND untagged.due_at <= ${now}
       AND untagged.payload->>'kind' = 'image-verdict' AND untagged.payload->'tag' IS NULL
       AND tagged.channel = ${channel} AND tagged.payload->>'kind' = 'image-verdict' AND tagged.payload->'tag' IS NOT NULL
       AND untagged.payload->>'registry' = tagged.payload->>'registry'
       AND untagged.payload->>'repository' = tagged.payload->>'repository'
       AND NOT EXISTS (
         SELECT FROM jsonb_array_elements(untagged.payload->'images') AS image
          WHERE NOT tagged.payload->'images' @> jsonb_build_array(jsonb_build_object('digest', image->'digest')))`;
}
