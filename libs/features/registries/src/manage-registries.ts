import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { endpointFault, queueAddressFault, tierFault, type RegistryConfig } from '@tidewaiter/config';
import type { RegistryLogin } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import { messageOf, UserError, type Logger } from '@tidewaiter/kit';
import { isAzureQueueHost, openEventQueue } from '@tidewaiter/registry';
import { DATABASE, LOGGER } from '@tidewaiter/server';
import { pauseRecord } from './pause.schema';
import { RegistryRecord, type CreateRegistry, type RegistryPage, type UpdateRegistry } from './registries.schema';
import { RegistryDirectory } from './registry-directory';
import { rowOf } from './registry-row';
import { RegistrySettings, type RegistrySecrets } from './registry-settings.schema';
import { Keyring } from './sealing';
import { configOf, openRow, sealContext, StoredRegistries, type StoredRow } from './stored-registries';
import { tryFailedAgain } from './try-failed-again';
import { endWalks, walkAtOnce } from './planned-walks';

interface RegistryRow extends StoredRow {
  readonly managedBy: string;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly removedAt: Date | null;
  readonly pauses: readonly { readonly reason: string; readonly by: string; readonly since: Date }[];
  readonly _count: { readonly repositories: number };
}

const withMore = { _count: { select: { repositories: true } }, pauses: { where: { resumedAt: null } } } as const;

/** Registries made, changed and taken away by REST. Those of the configuration are shown and left alone. */
@Injectable()
export class ManageRegistries implements OnApplicationBootstrap {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly directory: RegistryDirectory,
    private readonly stored: StoredRegistries,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** What an older key sealed is sealed anew, so that the older key can be given up. */
  async onApplicationBootstrap(): Promise<void> {
    const rows = await this.database.registry.findMany({ where: { managedBy: 'rest', sealed: { not: null } } });
    for (const { id, name, sealed, revision } of rows) {
      if (sealed === null || this.keyring.isCurrent(sealed)) continue;
      try {
        const again = this.keyring.seal(this.keyring.open(sealed, sealContext(name)), sealContext(name));
        // Left alone when somebody changed it meanwhile: that sealed it with the newest key.
        await this.database.registry.updateMany({
          where: { id, revision, sealed },
          data: { sealed: again, revision: { increment: 1 } },
        });
      } catch (error) {
        this.logger.error('registry not sealed anew', { registry: name, error: messageOf(error) });
      }
    }
  }

  async list(): Promise<RegistryPage> {
    const rows = await this.database.registry.findMany({ orderBy: { name: 'asc' }, include: withMore });
    return { items: rows.map((row) => this.recordOf(row)), next: null };
  }

  async show(name: string): Promise<RegistryRecord> {
    return this.recordOf(await this.row(name));
  }

  async create({ url, ...rest }: CreateRegistry): Promise<RegistryRecord> {
    const config = await checked({ ...rest, endpoint: url, webhookSecret: rest.webhookSecret });
    const data = { ...this.columnsOf(config), managedBy: 'rest', removedAt: null };
    const before = await this.database.registry.findUnique({ where: { name: config.name } });
    if (before?.removedAt === null) {
      throw new UserError('registry-exists', `there is a registry named ${JSON.stringify(config.name)} already`);
    }
    const { id } = await this.database.registry.upsert({
      where: { name: config.name },
      create: { name: config.name, ...data },
      // One that was removed comes back with its history.
      update: { ...data, revision: { increment: 1 } },
    });
    return this.changed(config.name, id);
  }

  async update(name: string, change: UpdateRegistry): Promise<RegistryRecord> {
    const row = await this.changeable(name);
    const before = this.before(row, change);
    const { url = before.endpoint, credentials = before.credentials, ...rest } = withoutNulls(change);
    const cleared = Object.fromEntries(nullsOf(change).map((key) => [key, undefined]));
    const config = await checked({ ...before, ...cleared, ...rest, endpoint: url, credentials });
    assertSecretsStay(before, config, change.credentials !== undefined);
    const { count } = await this.database.registry.updateMany({
      where: { id: row.id, revision: row.revision, removedAt: null },
      data: { ...this.columnsOf(config), revision: { increment: 1 } },
    });
    if (count === 0)
      throw new UserError('registry-changed', `registry ${name} was changed meanwhile; read it and try again`);
    return this.changed(name, row.id);
  }

  /** Its history stays; its credentials do not. */
  async remove(name: string): Promise<void> {
    const { id } = await this.changeable(name);
    const data = { removedAt: new Date(), sealed: null, revision: { increment: 1 } };
    await this.database.registry.updateMany({ where: { id, removedAt: null }, data });
    await endWalks(this.database, [id]);
    await this.stored.refresh();
  }

  /** What no key opens any more is not needed where the change brings it anew. */
  private before(row: RegistryRow, { credentials, webhookSecret, eventQueueUrl }: UpdateRegistry): RegistryConfig {
    if (credentials === undefined || this.directory.faultOf(row.id) === undefined) return openRow(row, this.keyring);
    const { hasWebhookSecret, hasEventQueue } = RegistrySettings.parse(row.settings);
    assertGivenAnew(hasWebhookSecret && webhookSecret === undefined, 'webhook secret', 'webhookSecret');
    assertGivenAnew(hasEventQueue && eventQueueUrl === undefined, 'address of the event queue', 'eventQueueUrl');
    return configOf(row, { credentials });
  }

  private recordOf(row: RegistryRow): RegistryRecord {
    const fault = this.directory.faultOf(row.id);
    return { ...recordOf(row), problem: fault === undefined ? null : { code: fault.code, message: fault.message } };
  }

  /** What could not be read may be readable now, and what nobody told of meanwhile is found. */
  private async changed(name: string, id: number): Promise<RegistryRecord> {
    await tryFailedAgain(this.database, id);
    await walkAtOnce(this.database, id);
    await this.stored.refresh();
    return this.show(name);
  }

  private async changeable(name: string): Promise<RegistryRow> {
    const row = await this.row(name);
    if (row.removedAt !== null) throw unknown(name);
    if (row.managedBy === 'rest') return row;
    throw new UserError(
      'registry-read-only',
      `registry ${name} is described in the configuration of the processes; change it there`,
    );
  }

  private async row(name: string): Promise<RegistryRow> {
    const row = await this.database.registry.findUnique({ where: { name }, include: withMore });
    if (row === null) throw unknown(name);
    return row;
  }

  private columnsOf(config: RegistryConfig) {
    const { credentials, webhookSecret, eventQueueUrl } = config;
    const secrets: RegistrySecrets = { credentials, webhookSecret, eventQueueUrl };
    return {
      ...rowOf(config),
      sealed: this.keyring.seal(JSON.stringify(secrets), sealContext(config.name)),
    };
  }
}

async function checked(config: RegistryConfig): Promise<RegistryConfig> {
  const fault = endpointFault(config.endpoint, config.allowInsecure);
  if (fault !== undefined) throw new UserError('registry-url-invalid', `url ${fault}`);
  if (config.kind !== 'acr' && config.actuator !== undefined && config.actuator.mode !== 'off') {
    throw new UserError('registry-actuator-invalid', 'actuator is for registries of the kind "acr" only');
  }
  if (config.kind !== 'acr' && config.requests?.tier !== undefined) {
    throw new UserError('registry-requests-invalid', `requests.tier ${tierFault}`);
  }
  // https://www.rfc-editor.org/rfc/rfc7617#section-2
  if ('username' in config.credentials && config.credentials.username.includes(':'))
    throw new UserError(
      'registry-credentials-invalid',
      'credentials.username cannot contain a colon: what follows it is a password',
    );
  if (config.eventQueueUrl !== undefined) await assertQueue(config.eventQueueUrl);
  return { ...config, endpoint: new URL(config.endpoint).origin };
}

/** The token of our identity opens more than one queue: it is sent to Azure alone. */
async function assertQueue(address: string): Promise<void> {
  const fault = queueAddressFault(address);
  if (fault !== undefined) throw new UserError('event-queue-address-invalid', `eventQueueUrl ${fault}`);
  const { isByKey, place } = await openEventQueue(address);
  if (isByKey || isAzureQueueHost(new URL(`https://${place}`).hostname)) return;
  throw new UserError(
    'event-queue-address-invalid',
    'eventQueueUrl has neither key nor signature, and its host is none of Azure, which alone gets a token of our identity',
  );
}

function assertGivenAnew(isMissing: boolean, what: string, key: string): void {
  if (!isMissing) return;
  throw new UserError(
    'registry-credentials-needed',
    `no key opens the ${what} either: give "${key}" as well, or null when there is to be none`,
  );
}

/** Secrets are written only: whoever may change a registry must not be able to send them to a host of his choice. */
function assertSecretsStay(before: RegistryConfig, after: RegistryConfig, areGivenAnew: boolean): void {
  const isSamePlace = before.endpoint === after.endpoint && before.authority === after.authority;
  if (isSamePlace || areGivenAnew || !holdsSecret(before.credentials)) return;
  throw new UserError(
    'registry-credentials-needed',
    'a registry at another address needs its credentials anew: give "credentials" as well',
  );
}

function holdsSecret({ kind }: RegistryLogin): boolean {
  return kind === 'basic' || kind === 'client-secret' || kind === 'client-certificate';
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], null | undefined> };

function withoutNulls(change: UpdateRegistry): Given<UpdateRegistry> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null && value !== undefined));
}

function nullsOf(change: UpdateRegistry): readonly string[] {
  return Object.entries(change).flatMap(([key, value]) => (value === null ? [key] : []));
}

function recordOf(row: RegistryRow): Omit<RegistryRecord, 'problem'> {
  return {
    ...RegistrySettings.parse(row.settings),
    name: row.name,
    kind: RegistryRecord.shape.kind.parse(row.kind),
    // Rows of the first release may hold what a configuration had in its URL.
    url: new URL(row.url).origin,
    managedBy: RegistryRecord.shape.managedBy.parse(row.managedBy),
    pause: row.pauses.map(pauseRecord)[0] ?? null,
    repositoryCount: row._count.repositories,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    removedAt: row.removedAt?.toISOString() ?? null,
  };
}

function unknown(name: string): UserError {
  return new UserError('registry-unknown', `there is no registry named ${JSON.stringify(name)}`);
}
