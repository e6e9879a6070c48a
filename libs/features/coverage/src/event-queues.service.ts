import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { isQueueFailing } from '@tidewaiter/features/registries';
import { DATABASE } from '@tidewaiter/server';
import { EventQueueRecord, type EventQueuePage } from './event-queues.schema';

/** Where events are fetched from. Queues are configured by hand and few: one page holds them all. */
@Injectable()
export class EventQueuesService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async list(): Promise<EventQueuePage> {
    const rows = await this.database.eventQueue.findMany({
      where: { registry: { removedAt: null } },
      include: { registry: { select: { name: true } } },
      orderBy: { registry: { name: 'asc' } },
    });
    const items = rows.map(({ registry, kind, place, readAt, messageAt, refusedAt, refusalCode, refusal }) => {
      const isFailing = isQueueFailing({ readAt, refusedAt });
      return {
        registry: registry.name,
        kind: EventQueueRecord.shape.kind.parse(kind),
        place,
        state: isFailing ? ('failing' as const) : readAt === null ? ('never' as const) : ('ok' as const),
        lookedAt: (isFailing ? refusedAt : readAt)?.toISOString() ?? null,
        readAt: readAt?.toISOString() ?? null,
        messageAt: messageAt?.toISOString() ?? null,
        refusal:
          refusedAt === null ? null : { code: refusalCode ?? '', message: refusal ?? '', at: refusedAt.toISOString() },
      };
    });
    return { items, next: null };
  }
}
