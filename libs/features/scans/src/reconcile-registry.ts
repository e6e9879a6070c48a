import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { RegistryAccess, RegistryDirectory } from '@tidewaiter/features/registries';
import { messageOf, OperationalError, UserError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import { RequestScan } from './request-scan';

export interface ReconcileOutcome {
  readonly tags: number;
  readonly requested: number;
  readonly deleted: number;
}

interface Place {
  readonly registryId: number;
  readonly registry: string;
  readonly repository: string;
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

  /** A repository that cannot be read does not stop the others. @throws OperationalError `reconcile-incomplete` at the end */
  async reconcile(registryId: number, signal: AbortSignal): Promise<ReconcileOutcome> {
    const registry = this.directory.all().find((known) => known.id === registryId)?.config.name;
    if (registry === undefined)
      throw new UserError('registry-unknown', `no configured registry has the id ${String(registryId)}`);
    const total = { tags: 0, requested: 0, deleted: 0 };
    const failures: string[] = [];
    const seen = new Set<string>();
    const visit = async (repository: string): Promise<void> => {
      signal.throwIfAborted();
      seen.add(repository);
      try {
        const outcome = await this.reconcileRepository({ registryId, registry, repository });
        total.tags += outcome.tags;
        total.requested += outcome.requested;
        total.deleted += outcome.deleted;
      } catch (error) {
        failures.push(`${repository}: ${messageOf(error)}`);
      }
    };
    for await (const repository of this.access.repositories(registry)) await visit(repository);
    // A repository that is gone, or that our role may read and not list, is in no catalogue.
    for (const repository of await this.knownRepositories(registryId))
      if (!seen.has(repository)) await visit(repository);
    if (failures.length === 0) return total;
    const [first = ''] = failures;
    const message = `${String(failures.length)} of ${String(seen.size)} repositories could not be compared; the first: ${first}`;
    throw new OperationalError('reconcile-incomplete', message);
  }

  private async reconcileRepository(place: Place): Promise<ReconcileOutcome> {
    const known = await this.knownTags(place);
    const seen = new Set<string>();
    let requested = 0;
    const compare = async (tag: string): Promise<void> => {
      const { registryId, registry, repository } = place;
      const digest = await this.access.resolveTag(registry, { repository, tag, lane: 'backfill' });
      if (digest === undefined) return;
      seen.add(tag);
      if (known.get(tag) === digest) return;
      await this.requestScan.request({ registryId, repository, tag, digest, cause: 'reconcile' });
      requested += 1;
    };
    for await (const tag of this.tagsOf(place)) await compare(tag);
    const missing = [...(await this.liveTags(place))].filter((tag) => !seen.has(tag));
    // A list that is read page by page may miss what changes meanwhile, so each is asked for.
    for (const tag of missing) await compare(tag);
    const gone = missing.filter((tag) => !seen.has(tag));
    await this.markGone(place, gone);
    return { tags: seen.size, requested, deleted: gone.length };
  }

  /** None where the repository is gone. */
  private async *tagsOf({ registry, repository }: Place): AsyncIterable<string> {
    try {
      yield* this.access.tags(registry, repository);
    } catch (error) {
      if (!(error instanceof UserError && error.code === 'repository-unknown')) throw error;
    }
  }

  /** Digest by tag, of the tags that lead to something that was looked at or waits for it. */
  private async knownTags({ registryId, repository }: Place): Promise<Map<string, string>> {
    const tags = await this.database.tag.findMany({
      where: {
        deletedAt: null,
        repository: { registryId, name: repository },
        manifest: { scans: { some: { state: { not: 'failed' } } } },
      },
      select: { name: true, manifest: { select: { digest: true } } },
    });
    return new Map(tags.map((tag) => [tag.name, tag.manifest.digest]));
  }

  private async liveTags({ registryId, repository }: Place): Promise<readonly string[]> {
    const where = { deletedAt: null, repository: { registryId, name: repository } };
    const tags = await this.database.tag.findMany({ where, select: { name: true } });
    return tags.map((tag) => tag.name);
  }

  private async knownRepositories(registryId: number): Promise<readonly string[]> {
    const repositories = await this.database.repository.findMany({
      where: { registryId, tags: { some: { deletedAt: null } } },
      select: { name: true },
    });
    return repositories.map((repository) => repository.name);
  }

  private async markGone({ registryId, repository }: Place, tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return;
    await this.database.$executeRaw`
      UPDATE tag t SET deleted_at = now()
        FROM repository r
       WHERE r.id = t.repository_id AND r.registry_id = ${registryId} AND r.name = ${repository}
         AND t.name = ANY(${[...tags]}::text[]) AND t.deleted_at IS NULL`;
  }
}
