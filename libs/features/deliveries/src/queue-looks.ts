import type { Database } from '@tidewaiter/db';
import { messageOf, type Logger } from '@tidewaiter/kit';
import type { EventQueue } from '@tidewaiter/registry';

/** How one look at a queue went. */
export type QueueLook =
  { readonly messages: number } | { readonly refusal: { readonly code: string; readonly message: string } };

/** As often as the row of a queue is written while nothing changes. */
const writeEveryMs = 5_000;

/** Keeps how the looks at the queue of a registry go in its row, which all receivers share: each says only what it saw itself. */
export class QueueLooks {
  private writtenAt = 0;
  private refusalCode: string | undefined;
  private messageAt: Date | undefined;

  private constructor(
    private readonly database: Database,
    private readonly row: { readonly registryId: number; readonly kind: string; readonly place: string },
    private readonly logger: Logger,
  ) {}

  /** At another place nothing was seen yet. */
  static async open(
    database: Database,
    { registryName, queue, logger }: { registryName: string; queue: EventQueue; logger: Logger },
  ): Promise<QueueLooks> {
    const { kind, place } = queue;
    const { id: registryId } = await database.registry.findUniqueOrThrow({ where: { name: registryName } });
    await database.eventQueue.deleteMany({ where: { registryId, NOT: { kind, place } } });
    const row = { registryId, kind, place };
    await database.eventQueue.createMany({ data: row, skipDuplicates: true });
    return new QueueLooks(database, row, logger);
  }

  /** Never throws: what comes of the messages is kept elsewhere. */
  async note(look: QueueLook): Promise<void> {
    const now = new Date();
    const refusal = 'refusal' in look ? look.refusal : undefined;
    if ('messages' in look && look.messages > 0) this.messageAt = now;
    if (refusal?.code === this.refusalCode && now.getTime() - this.writtenAt < writeEveryMs) return;
    const seen =
      refusal === undefined ? { readAt: now } : { refusedAt: now, refusalCode: refusal.code, refusal: refusal.message };
    const data = { ...seen, ...(this.messageAt === undefined ? {} : { messageAt: this.messageAt }) };
    try {
      const { eventQueue } = this.database;
      const { count } = await eventQueue.updateMany({ where: this.row, data });
      // A receiver that does not know of the queue yet takes the row away as it starts; one of another place stays.
      if (count === 0) await eventQueue.createMany({ data: { ...this.row, ...data }, skipDuplicates: true });
      this.writtenAt = now.getTime();
      this.refusalCode = refusal?.code;
      // Told once: another receiver may have seen a newer one since.
      this.messageAt = undefined;
    } catch (error) {
      this.logger.warn('look at event queue not kept', { reason: messageOf(error) });
    }
  }
}
