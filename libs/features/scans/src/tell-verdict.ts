import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tidewaiter/db';
import { absorbUntagged, enqueueNotification, NotificationChannels } from '@tidewaiter/features/notifications';
import { verdictMessage, type VerdictSubject } from './verdict-message';

/** Clients push the images of an index by digest first; the tag that follows tells about all of them at once. */
const untaggedHoldMs = 20_000;

/** Puts what a scan found into the outbox: once per manifest of a repository, however often it is scanned. */
@Injectable()
export class TellVerdict {
  constructor(private readonly channels: NotificationChannels) {}

  /** In the transaction that records the result. Returns the channels that will be told. */
  async tell(
    tx: Transaction,
    { subject, imageIds }: { subject: VerdictSubject; imageIds: readonly number[] },
  ): Promise<readonly string[]> {
    if (imageIds.length === 0 || this.channels.ids.length === 0) return [];
    const payload = await verdictMessage(tx, { subject, imageIds });
    if (payload === undefined) return [];
    const isTagged = subject.tag !== null;
    const names = subjectNames(subject);
    const digests = [subject.digest, ...payload.images.map((image) => image.digest)];
    const dueAt = new Date(Date.now() + (isTagged ? 0 : untaggedHoldMs));
    const told: string[] = [];
    for (const channel of this.channels.ids) {
      if (await isToldAlready(tx, channel, isTagged ? names.untagged : names.tagged)) continue;
      const name = isTagged ? names.tagged : names.untagged;
      if (await enqueueNotification(tx, { channel, subject: name, payload, dueAt })) told.push(channel);
      if (isTagged) await absorbUntagged(tx, channel, digests, name);
    }
    return told;
  }
}

/** A digest that is pushed alone and tagged later is one piece of news; the two words let the first wait for the second. */
function subjectNames({ registry, repository, digest }: VerdictSubject) {
  const place = `${registry}/${repository}@${digest}`;
  return { tagged: `verdict ${place}`, untagged: `untagged verdict ${place}` };
}

async function isToldAlready(tx: Transaction, channel: string, subject: string): Promise<boolean> {
  const row = await tx.notification.findUnique({
    where: { channel_subject: { channel, subject } },
    select: { state: true },
  });
  return row !== null && row.state !== 'pending' && row.state !== 'absorbed';
}
