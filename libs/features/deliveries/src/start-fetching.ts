import type { Database } from '@tidewaiter/db';
import type { RegistryDirectory } from '@tidewaiter/features/registries';
import { messageOf, type Logger } from '@tidewaiter/kit';
import { openEventQueue, type EventQueue } from '@tidewaiter/registry';
import { fetchEvents } from './fetch-events';
import { QueueLooks } from './queue-looks';
import type { ReceiveDelivery } from './receive-delivery';

export interface StartFetchingOptions {
  readonly directory: RegistryDirectory;
  readonly receiver: ReceiveDelivery;
  readonly database: Database;
  readonly logger: Logger;
  /** How long a queue is fetched from, or not, after its registry was described otherwise. */
  readonly lookEveryMs?: number;
}

/**
 * Fetches the events of every registry that has a queue, also of those that get one later; answers how to stop.
 * @throws UserError `event-queue-address-invalid` before anything is fetched
 */
export async function startFetching(options: StartFetchingOptions): Promise<() => Promise<void>> {
  const queues = new FetchedQueues(options);
  await queues.start();
  const { lookEveryMs = 2_000 } = options;
  const timer = setInterval(() => void queues.look(), lookEveryMs);
  return async () => {
    clearInterval(timer);
    await queues.stop();
  };
}

/** A queue that is fetched from. */
interface Fetched {
  readonly address: string;
  stop(): Promise<void>;
}

/** The queues that are fetched from, by registry, kept to what the directory says. */
class FetchedQueues {
  private readonly fetched = new Map<string, Fetched>();
  /** Addresses that cannot be used, by registry: said once, not every few seconds. */
  private readonly refused = new Map<string, string>();
  private looking: Promise<void> | undefined;

  constructor(private readonly options: StartFetchingOptions) {}

  async start(): Promise<void> {
    const wanted = this.wanted();
    // Asks nobody yet; an address that cannot be used is told before anything begins.
    for (const address of wanted.values()) await openEventQueue(address);
    // Nobody looks at these any more.
    await this.options.database.eventQueue.deleteMany({ where: { registry: { name: { notIn: [...wanted.keys()] } } } });
    await this.look();
  }

  async look(): Promise<void> {
    this.looking ??= this.follow()
      // The next look makes up for it; readiness says what is wrong with the database.
      .catch((error: unknown) => this.options.logger.warn('event queues not looked up', { reason: messageOf(error) }))
      .finally(() => {
        this.looking = undefined;
      });
    await this.looking;
  }

  async stop(): Promise<void> {
    await this.looking;
    await Promise.all([...this.fetched.values()].map((queue) => queue.stop()));
  }

  private wanted(): ReadonlyMap<string, string> {
    const registries = this.options.directory.all();
    return new Map(
      registries.flatMap(({ config: { name, eventQueueUrl } }) =>
        eventQueueUrl === undefined ? [] : [[name, eventQueueUrl]],
      ),
    );
  }

  private async follow(): Promise<void> {
    const wanted = this.wanted();
    for (const name of this.fetched.keys()) if (!wanted.has(name)) await this.leave(name);
    for (const [name, address] of wanted) {
      if (this.fetched.get(name)?.address !== address) await this.take(name, address);
    }
  }

  /** From now on from this address. One that cannot be used changes nothing. */
  private async take(registryName: string, address: string): Promise<void> {
    const { database, receiver, logger } = this.options;
    const queue = await this.opened(registryName, address);
    if (queue === undefined) return;
    await this.fetched.get(registryName)?.stop();
    const looks = await QueueLooks.open(database, { registryName, queue, logger });
    const stop = new AbortController();
    const ended = fetchEvents({ registryName, queue, looks, receiver, logger }, stop.signal);
    logger.info('event queue watched', { registry: registryName, queue: queue.place });
    this.fetched.set(registryName, {
      address,
      stop: async () => {
        stop.abort();
        await ended;
      },
    });
  }

  private async opened(registry: string, address: string): Promise<EventQueue | undefined> {
    try {
      const queue = await openEventQueue(address);
      this.refused.delete(registry);
      return queue;
    } catch (error) {
      if (this.refused.get(registry) !== address) {
        this.options.logger.error('event queue not taken', { registry, reason: messageOf(error) });
      }
      this.refused.set(registry, address);
      return undefined;
    }
  }

  private async leave(registry: string): Promise<void> {
    const { database, logger } = this.options;
    await this.fetched.get(registry)?.stop();
    this.fetched.delete(registry);
    await database.eventQueue.deleteMany({ where: { registry: { name: registry } } });
    logger.info('event queue not watched any more', { registry });
  }
}
