import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { RegistryConfig } from '@tidewaiter/config';
import type { Database } from '@tidewaiter/db';
import { messageOf, UserError, type Logger } from '@tidewaiter/kit';
import { DATABASE, LOGGER } from '@tidewaiter/server';
import { RegistryDirectory, type KnownRegistry, type UnreadableRegistry } from './registry-directory';
import { RegistrySecrets, RegistrySettings } from './registry-settings.schema';
import { Keyring } from './sealing';

/** How long a process may go on with what was changed meanwhile. */
const lookEveryMs = 2_000;

interface Held {
  readonly revision: number;
  /** Where the row cannot be read here, that was logged once. */
  readonly registry: KnownRegistry | UnreadableRegistry;
}

/** The registries that REST made, kept up to date in this process: a changed row counts without a restart. */
@Injectable()
export class StoredRegistries implements OnModuleDestroy {
  private held = new Map<number, Held>();
  private looking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly directory: RegistryDirectory,
    private readonly keyring: Keyring,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => void this.look(), lookEveryMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** Reads what changed. Cheap when nothing did: a number for each registry. */
  async refresh(): Promise<void> {
    const where = { managedBy: 'rest', removedAt: null };
    const revisions = await this.database.registry.findMany({ where, select: { id: true, revision: true } });
    const isSame = ({ id, revision }: { id: number; revision: number }) => this.held.get(id)?.revision === revision;
    const changed = revisions.filter((row) => !isSame(row)).map(({ id }) => id);
    if (changed.length === 0 && revisions.length === this.held.size) return;
    const rows = await this.database.registry.findMany({
      where: { ...where, id: { in: changed } },
      orderBy: { id: 'asc' },
    });
    const held = new Map<number, Held>();
    for (const row of revisions) {
      const before = this.held.get(row.id);
      if (isSame(row) && before !== undefined) held.set(row.id, before);
    }
    for (const row of rows) held.set(row.id, { revision: row.revision, registry: this.read(row) });
    this.held = held;
    this.directory.setStored([...held.values()].map(({ registry }) => registry));
  }

  private async look(): Promise<void> {
    this.looking ??= this.refresh()
      // The next look makes up for it; readiness says what is wrong with the database.
      .catch((error: unknown) => this.logger.warn('registries not refreshed', { error: messageOf(error) }))
      .finally(() => {
        this.looking = undefined;
      });
    await this.looking;
  }

  private read(row: StoredRow): KnownRegistry | UnreadableRegistry {
    const { id, name, url } = row;
    try {
      return { id, config: openRow(row, this.keyring) };
    } catch (error) {
      this.logger.error('registry not readable', { registry: name, error: messageOf(error) });
      const other = () => new UserError('registry-sealed', 'what is stored of it is not readable; the log says why');
      const fault = error instanceof UserError ? error : other();
      return { id, name, endpoint: url, since: new Date(), fault };
    }
  }
}

export interface StoredRow {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly url: string;
  readonly settings: unknown;
  readonly sealed: string | null;
}

/** Throws UserError `registry-sealed` when no key opens it. */
export function openRow(row: StoredRow, keyring: Keyring): RegistryConfig {
  return configOf(row, RegistrySecrets.parse(JSON.parse(keyring.open(row.sealed ?? '', sealContext(row.name)))));
}

/** A row with these secrets, whatever it has sealed. */
export function configOf(row: StoredRow, secrets: RegistrySecrets): RegistryConfig {
  const {
    credentials: _shown,
    hasWebhookSecret: _secret,
    hasEventQueue: _queue,
    ...settings
  } = RegistrySettings.parse(row.settings);
  return {
    ...settings,
    name: row.name,
    kind: row.kind === 'acr' ? 'acr' : 'oci',
    endpoint: row.url,
    credentials: secrets.credentials,
    webhookSecret: secrets.webhookSecret,
    eventQueueUrl: secrets.eventQueueUrl,
  };
}

/** The name is unique and never changes. */
export function sealContext(name: string): string {
  return `registry:${name}`;
}
