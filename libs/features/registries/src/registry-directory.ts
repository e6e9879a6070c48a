import { Inject, Injectable } from '@nestjs/common';
import type { RegistryConfig } from '@tidewaiter/config';
import { jsonbValue, type Database } from '@tidewaiter/db';
import { UserError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';

/** A configured registry with its row. */
export interface KnownRegistry {
  readonly id: number;
  readonly config: RegistryConfig;
}

/** The configured registries, by name. Their rows are written when the process starts. */
@Injectable()
export class RegistryDirectory {
  private readonly known = new Map<string, KnownRegistry>();

  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** Takes the configuration: a registry that is no longer in it is marked removed and keeps its history. */
  async configure(registries: readonly RegistryConfig[]): Promise<void> {
    for (const config of registries) {
      const row = {
        kind: config.kind,
        url: config.endpoint,
        scope: jsonbValue(config.scope ?? []),
        protectedTags: [...(config.protectedTags ?? [])],
        removedAt: null,
      };
      const { id } = await this.database.registry.upsert({
        where: { name: config.name },
        create: { name: config.name, ...row },
        update: row,
      });
      this.known.set(config.name, { id, config });
    }
    const names = registries.map((registry) => registry.name);
    await this.database.registry.updateMany({
      where: { name: { notIn: names }, removedAt: null },
      data: { removedAt: new Date() },
    });
  }

  all(): readonly KnownRegistry[] {
    return [...this.known.values()];
  }

  find(name: string): KnownRegistry | undefined {
    return this.known.get(name);
  }

  /** The registry that answers on a host, `example.azurecr.io` or `127.0.0.1:5050`. */
  findByHost(host: string): KnownRegistry | undefined {
    return this.all().find(({ config }) => new URL(config.endpoint).host === host.toLowerCase());
  }

  get(name: string): KnownRegistry {
    const registry = this.find(name);
    if (registry !== undefined) return registry;
    throw new UserError('registry-unknown', `no registry named ${JSON.stringify(name)} is configured here`);
  }
}
