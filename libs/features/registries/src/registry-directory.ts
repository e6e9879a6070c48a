import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type { RegistryConfig } from '@tidewaiter/config';
import type { Database } from '@tidewaiter/db';
import { OperationalError, UserError } from '@tidewaiter/kit';
import { registryHost } from '@tidewaiter/registry';
import { DATABASE } from '@tidewaiter/server';
import { rowOf } from './registry-row';
import { tryFailedAgain } from './try-failed-again';
import { endWalks, walkAtOnce, walkAtOnceWhatWasNotSeen } from './planned-walks';

/** A registry that is watched, with its row. Another object as soon as anything about it changes. */
export interface KnownRegistry {
  readonly id: number;
  readonly config: RegistryConfig;
}

/** A registry made by REST that cannot be watched here. */
export interface UnreadableRegistry {
  readonly id: number;
  readonly name: string;
  readonly endpoint: string;
  /** When this process noticed. */
  readonly since: Date;
  /** `registry-sealed`, and what to do. */
  readonly fault: UserError;
}

/** The watched registries, by name: those of the configuration and those made by REST. */
@Injectable()
export class RegistryDirectory {
  private configured = new Map<string, KnownRegistry>();
  private stored = new Map<string, KnownRegistry>();
  private unreadable: readonly UnreadableRegistry[] = [];

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * Takes the configuration: a registry that is no longer in it is marked removed and keeps its history. One that was made
   * by REST belongs to the configuration from now on when that names it. Gives the names of those that are new, other or gone.
   */
  async configure(registries: readonly RegistryConfig[]): Promise<readonly string[]> {
    const names = registries.map(({ name }) => name);
    const known = new Map<string, KnownRegistry>();
    const changed = [...this.configured.keys()].filter((name) => !names.includes(name));
    for (const config of registries) {
      const before = this.configured.get(config.name);
      const isSame = isDeepStrictEqual(before?.config, config);
      if (!isSame) changed.push(config.name);
      if (before !== undefined && isSame) known.set(config.name, before);
      else known.set(config.name, { id: await this.takeUp(config, { isChanged: before !== undefined }), config });
    }
    if (changed.length === 0 && known.size > 0) return changed;
    const removed = await this.database.registry.updateManyAndReturn({
      where: { name: { notIn: names }, managedBy: 'configuration', removedAt: null },
      data: { removedAt: new Date() },
      select: { id: true },
    });
    await endWalks(
      this.database,
      removed.map(({ id }) => id),
    );
    this.configured = known;
    return changed;
  }

  /** The registries made by REST, in place of those known so far. */
  setStored(registries: readonly (KnownRegistry | UnreadableRegistry)[]): void {
    const known = registries.filter((registry) => 'config' in registry);
    this.stored = new Map(known.map((registry) => [registry.config.name, registry]));
    this.unreadable = registries.filter((registry) => 'fault' in registry);
  }

  /** Those that nobody watches here although they are to be watched. */
  allUnreadable(): readonly UnreadableRegistry[] {
    return this.unreadable.filter(({ name }) => !this.configured.has(name));
  }

  all(): readonly KnownRegistry[] {
    return [...new Map([...this.stored, ...this.configured]).values()];
  }

  find(name: string): KnownRegistry | undefined {
    return this.configured.get(name) ?? this.stored.get(name);
  }

  /**
   * The registry that answers on a host, `example.azurecr.io` or `127.0.0.1:5050`.
   * @throws UserError `registry-unknown`, or why the registry there cannot be watched
   */
  getByHost(host: string): KnownRegistry {
    const answersThere = (endpoint: string) => registryHost(endpoint) === host.toLowerCase();
    const registry = this.all().find(({ config }) => answersThere(config.endpoint));
    if (registry !== undefined) return registry;
    const unreadable = this.allUnreadable().find(({ endpoint }) => answersThere(endpoint));
    if (unreadable !== undefined) throw unreadable.fault;
    const known = this.all().map(({ config }) => new URL(config.endpoint).host);
    throw new UserError(
      'registry-unknown',
      `no configured registry answers on ${host}; there are: ${known.join(', ')}`,
    );
  }

  /**
   * Processes see a new registry seconds apart, and one of them may give work to another that has yet to see it.
   * @throws OperationalError `registry-not-taken-yet`
   */
  assertTaken({ name, removedAt }: { readonly name: string; readonly removedAt: Date | null }): void {
    if (removedAt !== null || this.find(name) !== undefined || this.findUnreadable(name) !== undefined) return;
    throw new OperationalError(
      'registry-not-taken-yet',
      `this process has yet to take registry ${name}; if it never does, its configuration lacks what that of others has`,
    );
  }

  findUnreadable(name: string): UnreadableRegistry | undefined {
    return this.allUnreadable().find((registry) => registry.name === name);
  }

  /** Why a registry made by REST cannot be watched here; undefined when nothing is wrong. */
  faultOf(id: number): UserError | undefined {
    return this.allUnreadable().find((registry) => registry.id === id)?.fault;
  }

  get(name: string): KnownRegistry {
    const registry = this.find(name);
    if (registry !== undefined) return registry;
    const unreadable = this.findUnreadable(name);
    if (unreadable !== undefined) throw unreadable.fault;
    throw new UserError('registry-unknown', `no registry named ${JSON.stringify(name)} is watched here`);
  }

  /** Whether its description is another than before this process started, nobody knows. */
  private async takeUp(config: RegistryConfig, { isChanged }: { readonly isChanged: boolean }): Promise<number> {
    const where = { name: config.name, removedAt: { not: null } };
    const isBack = (await this.database.registry.count({ where })) > 0;
    const id = await this.keep(config);
    if (isChanged) await tryFailedAgain(this.database, id);
    if (isChanged || isBack) await walkAtOnce(this.database, id);
    else await walkAtOnceWhatWasNotSeen(this.database, id);
    return id;
  }

  private async keep(config: RegistryConfig): Promise<number> {
    const row = { ...rowOf(config), managedBy: 'configuration', sealed: null, removedAt: null };
    const { id } = await this.database.registry.upsert({
      where: { name: config.name },
      create: { name: config.name, ...row },
      update: row,
    });
    return id;
  }
}
