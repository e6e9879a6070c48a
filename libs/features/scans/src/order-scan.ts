import { Injectable } from '@nestjs/common';
import { RegistryAccess, RegistryDirectory } from '@tidewaiter/features/registries';
import { UserError } from '@tidewaiter/kit';
import { parseReference, type ImageReference } from '@tidewaiter/registry';
import { RequestScan } from './request-scan';
import type { AcceptedScan } from './scans.schema';

/** A scan that a person or a pipeline asks for. */
@Injectable()
export class OrderScan {
  constructor(
    private readonly directory: RegistryDirectory,
    private readonly access: RegistryAccess,
    private readonly requestScan: RequestScan,
  ) {}

  async order(text: string): Promise<AcceptedScan> {
    const reference = parseReference(text);
    const registry = this.directory.getByHost(reference.registry);
    const { repository } = reference;
    const { digest, tag } = await this.resolve(registry.config.name, reference);
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
  private async resolve(registry: string, reference: ImageReference): Promise<{ digest: string; tag?: string }> {
    const { repository, tag, digest } = reference;
    if (digest !== undefined) return { digest };
    const name = tag ?? 'latest';
    const found = await this.access.resolveTag(registry, { repository, tag: name, lane: 'user' });
    if (found !== undefined) return { digest: found, tag: name };
    throw new UserError('manifest-unknown', `registry ${registry} has no image ${repository}:${name}`);
  }
}
