import type { RegistryConfig } from '@tidewaiter/config';
import { openDatabase, type Database } from '@tidewaiter/db';
import { RegistryAccess, RegistryDirectory, RequestBudget } from '@tidewaiter/features/registries';
import { OperationalError, silentLogger, UserError } from '@tidewaiter/kit';
import { createQueues, migrateQueue, type Queues } from '@tidewaiter/queue';
import { hookSources, type HookSource } from '@tidewaiter/registry';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { ProcessDelivery } from '../process-delivery';
import { ReceiveDelivery } from '../receive-delivery';

export const secret = 'a-secret-of-this-spec';

/** A registry that knows its tags and digests, and nothing else. */
class KnownTags extends RegistryAccess {
  /** Digest by `repository:tag` or `repository:digest`. */
  readonly digests = new Map<string, string>();
  failure: Error | undefined;
  /** Done after the next answer is made and before it is given: what happens while it is on its way. */
  meanwhile: (() => Promise<void>) | undefined;

  override hasRepository(_registry: string, repository: string) {
    return Promise.resolve([...this.digests.keys()].some((key) => key.startsWith(`${repository}:`)));
  }

  override async resolveTag(_registry: string, { repository, tag }: { repository: string; tag: string }) {
    if (this.failure !== undefined) throw this.failure;
    const digest = this.digests.get(`${repository}:${tag}`);
    const meanwhile = this.meanwhile;
    this.meanwhile = undefined;
    await meanwhile?.();
    return digest;
  }
}

/** What the receiver and the worker have between a webhook and a queued scan. */
export class DeliverySite {
  readonly receive: ReceiveDelivery;
  readonly process: ProcessDelivery;
  readonly registry: KnownTags;

  private constructor(
    readonly database: Database,
    readonly queues: Queues,
    readonly directory: RegistryDirectory,
    private readonly drop: () => Promise<void>,
  ) {
    this.registry = new KnownTags(directory, silentLogger, new RequestBudget(database));
    this.receive = this.receiveWith(queues);
    this.process = new ProcessDelivery(database, queues, this.registry, directory);
  }

  static async open(): Promise<DeliverySite> {
    const { url, drop } = await createMigratedDatabase();
    const database = openDatabase({ url, applicationName: 'deliveries spec' });
    const connection = { kind: 'postgres', url } as const;
    await migrateQueue(connection);
    const directory = new RegistryDirectory(database);
    await directory.configure([
      registryNamed('test', secret),
      registryNamed('open', undefined),
      { ...registryNamed('grid', secret), resourceId, eventGrid: { followValidationUrl: true } },
    ]);
    return new DeliverySite(database, createQueues(connection), directory, drop);
  }

  /** As if nothing had happened yet. */
  async clear(): Promise<void> {
    this.registry.digests.clear();
    this.registry.failure = undefined;
    await this.database.$executeRaw`TRUNCATE delivery, scan, tag, manifest, repository CASCADE`;
  }

  async close(): Promise<void> {
    await this.queues.close();
    await this.database.$disconnect();
    await this.drop();
  }

  /** A receiver with other queues. */
  receiveWith(queues: Queues): ReceiveDelivery {
    return new ReceiveDelivery(this.database, queues, this.directory, silentLogger);
  }

  /** A call of the registry's webhook, authentic unless told otherwise. */
  call(body: unknown, change: { registry?: string; secret?: string | undefined; source?: string } = {}) {
    const { registry = 'test', source = 'acr' } = change;
    const given = 'secret' in change ? change.secret : secret;
    return this.receive.receive({
      source: sourceNamed(source),
      registryName: registry,
      headers: given === undefined ? {} : { authorization: `Bearer ${given}` },
      querySecret: undefined,
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    });
  }

  /** Receives an event and carries it out; its outcome and the scans it asked for, `tag digest`. */
  async carryOut(event: object, change: { registry?: string; source?: string } = {}) {
    const answer = await this.call(event, change);
    if (!('deliveries' in answer)) throw new Error('the event was refused');
    const outcome = await this.process.process(answer.deliveries[0] ?? '');
    return { ...outcome, queued: await this.queuedScans() };
  }

  async queuedScans(): Promise<readonly string[]> {
    const rows = await this.database.scan.findMany({ where: { state: 'queued' }, include: { manifest: true } });
    for (const { id } of rows) expect(await this.queues.stateOf('image.scan.push', { scanId: id })).toBe('waiting');
    return rows.map((row) => `${row.tag ?? 'untagged'} ${row.manifest.digest.slice(7, 10)}`).sort();
  }

  /** `tag -> digest`, of the tags that are there. */
  async tags(): Promise<readonly string[]> {
    const rows = await this.database.tag.findMany({ where: { deletedAt: null }, include: { manifest: true } });
    return rows.map((row) => `${row.name} -> ${row.manifest.digest.slice(7, 10)}`).sort();
  }
}

export const unreachable = new OperationalError('registry-unreachable', 'it does not answer');
export const denied = new UserError('registry-denied', 'we may not read it');

/** A digest whose hex begins with the letter. */
export function digestOf(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}

/** The same push, as Event Grid tells it. */
export function onGrid(event: object): GridEvent {
  eventNumber += 1;
  const id = `grid-${String(eventNumber)}`;
  const eventType = 'Microsoft.ContainerRegistry.ImagePushed';
  return { id, topic: resourceId, eventType, data: event };
}

interface GridEvent {
  readonly id: string;
  readonly topic: string;
  readonly eventType: string;
  readonly data: object;
}

export const resourceId = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/test';

let eventNumber = 0;

export function push(letter: string, tag?: string): { id: string; action: string; target: object } {
  eventNumber += 1;
  const target = { repository: 'team/api', digest: digestOf(letter), ...(tag === undefined ? {} : { tag }) };
  return { id: `push-${String(eventNumber)}`, action: 'push', target };
}

function sourceNamed(id: string): HookSource {
  const source = hookSources.find((known) => known.id === id);
  if (source === undefined) throw new Error(`there is no source ${id}`);
  return source;
}

export function deletion(letter: string): object {
  eventNumber += 1;
  const target = { repository: 'team/api', digest: digestOf(letter) };
  return { id: `delete-${String(eventNumber)}`, action: 'delete', target };
}

function registryNamed(name: string, webhookSecret: string | undefined): RegistryConfig {
  return {
    name,
    kind: 'acr',
    endpoint: `http://${name}.azurecr.test`,
    credentials: { kind: 'anonymous' },
    allowInsecure: true,
    webhookSecret,
  };
}
