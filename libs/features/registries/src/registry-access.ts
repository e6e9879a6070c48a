import { Inject, Injectable } from '@nestjs/common';
import type { ImageSource } from '@tidewaiter/contracts';
import { UserError, type Logger } from '@tidewaiter/kit';
import { createRegistryClient, credentialsOf, registrySource, type RegistryClient } from '@tidewaiter/registry';
import { LOGGER } from '@tidewaiter/server';
import { RegistryDirectory } from './registry-directory';

/** Speaks to the configured registries: one client each, so that tokens are shared. */
@Injectable()
export class RegistryAccess {
  private readonly clients = new Map<string, RegistryClient>();

  constructor(
    private readonly directory: RegistryDirectory,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** An image of a registry as something to read. */
  source(registry: string, target: { repository: string; reference: string }): ImageSource {
    return registrySource(this.client(registry), target);
  }

  /** The digest a tag (or a digest) points to now; undefined when there is no such thing (any more). */
  async resolveTag(
    registry: string,
    { repository, tag }: { repository: string; tag: string },
  ): Promise<string | undefined> {
    try {
      return (await this.client(registry).head(repository, tag)).digest;
    } catch (error) {
      if (error instanceof UserError && missing.has(error.code)) return undefined;
      throw error;
    }
  }

  /** Names of all repositories: those it is described with, for an identity that may not list, or what it lists. */
  repositories(registry: string): AsyncIterable<string> {
    const { repositories } = this.directory.get(registry).config;
    return repositories === undefined ? this.client(registry).catalog() : listed(repositories);
  }

  tags(registry: string, repository: string): AsyncIterable<string> {
    return this.client(registry).tags(repository);
  }

  private client(name: string): RegistryClient {
    const known = this.clients.get(name);
    if (known !== undefined) return known;
    const { config } = this.directory.get(name);
    const client = createRegistryClient({
      registry: config.endpoint,
      plainHttp: config.allowInsecure,
      credentials: credentialsOf(config.credentials, { ...config, registry: new URL(config.endpoint).host }),
      cloud: config.cloud,
      allowedHosts: config.allowedHosts,
      logger: this.logger,
    });
    this.clients.set(name, client);
    return client;
  }
}

const missing = new Set(['manifest-unknown', 'repository-unknown']);

async function* listed(names: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* names;
}
