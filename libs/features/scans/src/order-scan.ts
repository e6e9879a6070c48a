import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { RegistryAccess, RegistryDirectory, type KnownRegistry } from '@tidewaiter/features/registries';
import { UserError } from '@tidewaiter/kit';
import { parseReference, type ImageReference } from '@tidewaiter/registry';
import { DATABASE } from '@tidewaiter/server';
import { RequestScan } from './request-scan';
import type { AcceptedScan } from './scans.schema';

/** A scan that a person or a pipeline asks for. */
@Injectable()
export class OrderScan {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly directory: RegistryDirectory,
    private readonly access: RegistryAccess,
    private readonly requestScan: RequestScan,
  ) {}

  async order(text: string): Promise<AcceptedScan> {
    const reference = parseReference(text);
    const registry = this.directory.getByHost(reference.registry);
    const { repository } = reference;
    const { digest, tag } = await this.resolve(registry, reference);
    const id = await this.requestScan.request({
      registryId: registry.id,
      repository,
      digest,
      cause: 'user',
      ...(tag === undefined ? {} : { tag }),
    });
    const location = `/api/v1/scans/${id}`;
    return { id, registry: registry.config.name, repository, digest, tag: tag ?? null, location };
  }

  /** A digest wins over a tag beside it, as it does for every client; the tag is then only what people call it. */
  private async resolve(
    registry: KnownRegistry,
    { repository, tag = 'latest', digest }: ImageReference,
  ): Promise<{ digest: string; tag?: string }> {
    if (digest !== undefined && (await this.isKnown(registry, repository, digest))) return { digest };
    const { name } = registry.config;
    const found = await this.access.resolveTag(name, { repository, tag: digest ?? tag, lane: 'user' });
    if (found !== undefined) return digest === undefined ? { digest: found, tag } : { digest };
    const image = digest === undefined ? `${repository}:${tag}` : `${repository}@${digest}`;
    throw new UserError('manifest-unknown', `registry ${name} has no image ${image}`);
  }

  /** What nobody ever saw must not enter the ledger by its being asked for. */
  private async isKnown({ id: registryId }: KnownRegistry, name: string, digest: string): Promise<boolean> {
    const where = { digest, deletedAt: null, repository: { registryId, name } };
    return (await this.database.manifest.count({ where })) > 0;
  }
}
