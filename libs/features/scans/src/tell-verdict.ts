import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tidewaiter/db';
import { entryRule } from '@tidewaiter/features/matches';
import {
  absorbUntagged,
  enqueueNotification,
  NotificationChannels,
  type ImageVerdict,
} from '@tidewaiter/features/notifications';
import { ToldImages } from './told-images.schema';
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
    const payload = await verdictMessage(tx, { subject, imageIds: await inScope(tx, subject, imageIds) });
    if (payload === undefined) return [];
    const isTagged = subject.tag !== null;
    const names = subjectNames(subject);
    const digests = [subject.digest, ...payload.images.map((image) => image.digest)];
    const dueAt = new Date(Date.now() + (isTagged ? 0 : untaggedHoldMs));
    const told: string[] = [];
    for (const channel of this.channels.ids) {
      const isOldNews = isTagged
        ? await isTold(tx, channel, names.untagged)
        : await isPartOfOther(tx, channel, subject);
      if (isOldNews) continue;
      const name = isTagged ? names.tagged : names.untagged;
      const isNews = await enqueueNotification(tx, { channel, subject: name, payload, dueAt });
      if (isNews || (await this.tellRest(tx, { channel, subject: name, payload, dueAt }))) told.push(channel);
      await absorbUntagged(tx, channel, digests, name);
    }
    return told;
  }

  /** Whoever was told of what could be read only in part, or not at all, is told once more when it is read whole. */
  private async tellRest(tx: Transaction, notification: VerdictNotification): Promise<boolean> {
    const { channel, subject, payload } = notification;
    if (!isWhole(payload)) return false;
    const before = await tx.notification.findUnique({ where: { channel_subject: { channel, subject } } });
    const told = before === null ? undefined : ToldImages.safeParse(before.payload);
    if (told?.success !== true || isWhole(told.data)) return false;
    return enqueueNotification(tx, { ...notification, subject: `whole ${subject}` });
  }
}

interface VerdictNotification {
  readonly channel: string;
  readonly subject: string;
  readonly payload: ImageVerdict;
  readonly dueAt: Date;
}

function isWhole({ images }: ToldImages): boolean {
  return images.every(({ state }) => state !== 'partial' && state !== 'failed');
}

/** Those of the images that were read and that no rule leaves out, for their platform, or the subject for its tag or age. */
async function inScope(tx: Transaction, { manifestId, tag }: VerdictSubject, imageIds: readonly number[]) {
  const rows = await tx.$queryRaw<{ id: number }[]>`
    SELECT mi.image_id AS id
      FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id JOIN image i ON i.id = mi.image_id
      LEFT JOIN tag t ON t.manifest_id = m.id AND t.name = ${tag} AND t.deleted_at IS NULL
     WHERE m.id = ${manifestId} AND mi.image_id = ANY(${[...imageIds]}::int[])
       AND i.state <> 'unscanned' AND coalesce(${entryRule}, mi.excluded_by) IS NULL`;
  return rows.map(({ id }) => id);
}

/** A digest that is pushed alone and tagged later is one piece of news; the two words let the first wait for the second. */
function subjectNames({ registry, repository, digest }: VerdictSubject) {
  const place = `${registry}/${repository}@${digest}`;
  return { tagged: `verdict ${place}`, untagged: `untagged verdict ${place}` };
}

/** Sent or about to be; what waits can still be absorbed. */
async function isTold(tx: Transaction, channel: string, subject: string): Promise<boolean> {
  const row = await tx.notification.findUnique({
    where: { channel_subject: { channel, subject } },
    select: { state: true },
  });
  return row !== null && row.state !== 'pending' && row.state !== 'absorbed';
}

/**
 * Whether a message about the same digest with its tag, or about an index that leads to it, says it all. The images of an
 * index are pushed before it and may be scanned after it; both scans lock the image's row, so one sees what the other wrote.
 */
async function isPartOfOther(
  tx: Transaction,
  channel: string,
  { registry, repository, digest }: VerdictSubject,
): Promise<boolean> {
  const place = `${registry}/${repository}@`;
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    WITH parent AS (
      SELECT m.digest
        FROM image i
        JOIN manifest_image mi ON mi.image_id = i.id
        JOIN manifest m ON m.id = mi.manifest_id AND m.digest <> i.digest
        JOIN repository r ON r.id = m.repository_id AND r.name = ${repository}
        JOIN registry g ON g.id = r.registry_id AND g.name = ${registry}
       WHERE i.digest = ${digest}),
    subject AS (
      SELECT 'verdict ' || ${place} || ${digest} AS name
       UNION ALL SELECT 'verdict ' || ${place} || digest FROM parent
       UNION ALL SELECT 'untagged verdict ' || ${place} || digest FROM parent)
    SELECT n.id FROM subject s JOIN notification n ON n.channel = ${channel} AND n.subject = s.name LIMIT 1`;
  return row !== undefined;
}
