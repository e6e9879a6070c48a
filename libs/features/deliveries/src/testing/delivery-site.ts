import type { RegistryConfig } from '@tidewaiter/config';
import { openDatabase, type Database } from '@tidewaiter/db';
import { RegistryAccess, RegistryDirectory, RequestBudget } from '@tidewaiter/features/registries';
import { OperationalError, silentLogger, UserError } from '@tidewaiter/kit';
import { createQueues, migrateQueue, type Queues } from '@tidewaiter/queue';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { ProcessDelivery } from '../process-delivery';
import { ReceiveDelivery } from '../receive-delivery';

export const secret = 'a-secret-of-this-spec';

/** A registry that knows its tags and digests, and nothing else. */
class KnownTags extends RegistryAccess {
  /** Digest by `repository:tag` or `repository:digest`. */
  readonly digests = new Map<string, string>();
  failure: Error | undefined;

  override resolveTag(_registry: string, { repository, tag }: { repository: string; tag: string }) {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve(this.digests.get(`${repository}:${tag}`));
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
    directory: RegistryDirectory,
    private readonly drop: () => Promise<void>,
  ) {
    this.registry = new KnownTags(directory, silentLogger, new RequestBudget(database));
    this.receive = new ReceiveDelivery(database, queues, directory);
    this.process = new ProcessDelivery(database, queues, this.registry);
  }

  static async open(): Promise<DeliverySite> {
    const { url, drop } = await createMigratedDatabase();
    const database = openDatabase({ url, applicationName: 'deliveries spec' });
    const connection = { kind: 'postgres', url } as const;
    await migrateQueue(connection);
    const directory = new RegistryDirectory(database);
    await directory.configure([registryNamed('test', secret), registryNamed('open', undefined)]);
    return new DeliverySite(database, createQueues(connection), directory, drop);
  }

  async close(): Promise<void> {
    await this.queues.close();
    await this.database.$disconnect();
    await this.drop();
  }

  /** A call of the registry's webhook, authentic unless told otherwise. */
  call(
    body: unknown,
    change: { registry?: string; secret?: string | undefined; source?: 'acr' | 'distribution' } = {},
  ) {
    const { registry = 'test', source = 'acr' } = change;
    return this.receive.receive({
      source,
      registryName: registry,
      secret: 'secret' in change ? change.secret : secret,
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    });
  }

  /** Receives an event and carries it out; its outcome and the scans it asked for, `tag digest`. */
  async carryOut(event: object) {
    const answer = await this.call(event);
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

let eventNumber = 0;

export function push(letter: string, tag?: string): object {
  eventNumber += 1;
  const target = { repository: 'team/api', digest: digestOf(letter), ...(tag === undefined ? {} : { tag }) };
  return { id: `push-${String(eventNumber)}`, action: 'push', target };
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
    endpoint: `http://${name}.registry.test`,
    credentials: { kind: 'anonymous' },
    allowInsecure: true,
    webhookSecret,
  };
}
