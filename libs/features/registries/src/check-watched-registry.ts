import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { checkRegistry, type QueueLook, type RegistryCheck } from '@tidewaiter/registry';
import { DATABASE } from '@tidewaiter/server';
import { RegistryDirectory } from './registry-directory';

/** Known repositories that are looked into where the registry lists none. */
const mostTried = 20;

/** The doctor's check with what only a server knows: the stored credentials, the last webhook, the last look at the queue. */
@Injectable()
export class CheckWatchedRegistry {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly directory: RegistryDirectory,
  ) {}

  async check(name: string): Promise<RegistryCheck> {
    const { id, config } = this.directory.get(name);
    const last = await this.database.delivery.findFirst({ where: { registryId: id }, orderBy: { receivedAt: 'desc' } });
    const queue = await this.database.eventQueue.findUnique({ where: { registryId: id } });
    const known = await this.database.repository.findMany({
      where: { registryId: id, deletedAt: null, accessLostAt: null },
      orderBy: { name: 'asc' },
      take: mostTried,
      select: { name: true },
    });
    return checkRegistry({
      ...config,
      known: known.map(({ name: repository }) => repository),
      registry: config.endpoint,
      plainHttp: config.allowInsecure,
      login: config.credentials,
      lastLook: queue === null ? undefined : lookOf(queue),
      lastDelivery: last === null ? 'none' : { at: last.receivedAt.toISOString(), state: last.state },
    });
  }
}

interface QueueRow extends Pick<QueueLook, 'place' | 'readAt' | 'messageAt'> {
  readonly refusedAt: Date | null;
  readonly refusalCode: string | null;
  readonly refusal: string | null;
}

/** Whether the last look was refused. */
export function isQueueFailing({ readAt, refusedAt }: Pick<QueueRow, 'readAt' | 'refusedAt'>): boolean {
  return refusedAt !== null && (readAt === null || refusedAt > readAt);
}

function lookOf({ place, readAt, messageAt, refusedAt, refusalCode, refusal }: QueueRow): QueueLook {
  return {
    ...{ place, readAt, messageAt },
    refusal: isQueueFailing({ readAt, refusedAt }) ? { code: refusalCode ?? '', message: refusal ?? '' } : null,
  };
}
