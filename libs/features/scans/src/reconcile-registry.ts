import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { RegistryAccess, RegistryDirectory } from '@tidewaiter/features/registries';
import { UserError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import { RequestScan } from './request-scan';

export interface ReconcileOutcome {
  readonly tags: number;
  readonly requested: number;
  readonly deleted: number;
}

/**
 * Walks a registry's catalogue and finds what its webhooks did not tell: tags that are new, moved or gone. ACR tries a
 * webhook once and never tells of a deleted tag, so this is what makes the ledger whole.
 */
@Injectable()
export class ReconcileRegistry {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly directory: RegistryDirectory,
    private readonly access: RegistryAccess,
    private readonly requestScan: RequestScan,
  ) {}

  async reconcile(registryId: number, signal: AbortSignal): Promise<ReconcileOutcome> {
    const registry = this.directory.all().find((known) => known.id === registryId);
    if (registry === undefined)
      throw new UserError('registry-unknown', `no configured registry has the id ${String(registryId)}`);
    const total = { tags: 0, requested: 0, deleted: 0 };
    for await (const repository of this.access.repositories(registry.config.name)) {
      signal.throwIfAborted();
      const outcome = await this.reconcileRepository({ registryId, name: registry.config.name }, repository);
      total.tags += outcome.tags;
      total.requested += outcome.requested;
      total.deleted += outcome.deleted;
    }
    return total;
  }

  private async reconcileRepository(
    registry: { registryId: number; name: string },
    repository: string,
  ): Promise<ReconcileOutcome> {
    const { registryId, name } = registry;
    const known = await this.knownTags(registryId, repository);
    const seen = new Set<string>();
    let requested = 0;
    for await (const tag of this.access.tags(name, repository)) {
      seen.add(tag);
      const digest = await this.access.resolveTag(name, { repository, tag });
      if (digest === undefined || known.get(tag) === digest) continue;
      await this.requestScan.request({ registryId, repository, tag, digest, cause: 'reconcile' });
      requested += 1;
    }
    const gone = [...known.keys()].filter((tag) => !seen.has(tag));
    await this.database.tag.updateMany({
      where: { name: { in: gone }, deletedAt: null, repository: { registryId, name: repository } },
      data: { deletedAt: new Date() },
    });
    return { tags: seen.size, requested, deleted: gone.length };
  }

  /** Digest by tag, of the tags that lead to something that was looked at or waits for it. */
  private async knownTags(registryId: number, repository: string): Promise<Map<string, string>> {
    const tags = await this.database.tag.findMany({
      where: { deletedAt: null, repository: { registryId, name: repository }, manifest: { scans: { some: {} } } },
      select: { name: true, manifest: { select: { digest: true } } },
    });
    return new Map(tags.map((tag) => [tag.name, tag.manifest.digest]));
  }
}
