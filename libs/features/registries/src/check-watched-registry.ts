import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { checkRegistry, type RegistryCheck } from '@tidewaiter/registry';
import { DATABASE } from '@tidewaiter/server';
import { RegistryDirectory } from './registry-directory';

/** The doctor's check with what only a server knows: the stored credentials and the last webhook. */
@Injectable()
export class CheckWatchedRegistry {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly directory: RegistryDirectory,
  ) {}

  async check(name: string): Promise<RegistryCheck> {
    const { id, config } = this.directory.get(name);
    const last = await this.database.delivery.findFirst({ where: { registryId: id }, orderBy: { receivedAt: 'desc' } });
    return checkRegistry({
      ...config,
      registry: config.endpoint,
      plainHttp: config.allowInsecure,
      login: config.credentials,
      lastDelivery: last === null ? 'none' : { at: last.receivedAt.toISOString(), state: last.state },
    });
  }
}
