import { Inject, Injectable } from '@nestjs/common';
import { postgresText, type Database } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { RegistryAccess, RegistryDirectory } from '@tidewaiter/features/registries';
import { UserError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import { failureOf } from './failure-advice';

const details = JSON.stringify({
  scanner: 'tidewaiter',
  state: 'it was there before the quarantine was switched on',
  result: { version: '1', description: 'Nothing is said of what is in it.' },
});

interface Counts {
  seen: number;
  unmarked: number;
  marked: number;
}

/**
 * Marks everything that is in a registry and was never in quarantine as passed: once the policy is on, an image without a mark
 * can be pulled by nobody. May be repeated and go on where it was broken off, as what has a mark is left alone.
 */
@Injectable()
export class MarkAllExisting {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly directory: RegistryDirectory,
    private readonly registries: RegistryAccess,
  ) {}

  async run(actionId: string, signal: AbortSignal): Promise<Readonly<Counts>> {
    const row = await this.database.registryAction.findUnique({ where: { id: actionId } });
    const registry = this.directory.all().find(({ id }) => id === row?.registryId);
    const counts: Counts = { seen: 0, unmarked: 0, marked: 0 };
    if (row?.state !== 'pending' || registry === undefined) return counts;
    const { name } = registry.config;
    try {
      for await (const repository of this.registries.repositories(name)) {
        signal.throwIfAborted();
        await this.markRepository({ registry: name, repository, dryRun: row.dryRun }, counts, signal);
      }
    } catch (error) {
      await this.note(actionId, error);
      if (!(error instanceof UserError)) throw error;
      return counts;
    }
    const { seen, unmarked, marked } = counts;
    const outcome = row.dryRun
      ? `${String(unmarked)} of ${String(seen)} manifests have no mark and would get one`
      : `${String(marked)} of ${String(seen)} manifests had no mark and are marked as passed now`;
    await this.database.$transaction(async (tx) => {
      const state = row.dryRun ? 'planned' : 'done';
      const end = { state, outcome, finishedAt: new Date(), errorCode: null, error: null };
      await tx.registryAction.updateMany({ where: { id: actionId, state: 'pending' }, data: end });
      await recordActivity(tx, 'action.finished', { actionId, registry: name, kind: row.kind, outcome: state });
    });
    return counts;
  }

  private async markRepository(place: MarkedPlace, counts: Counts, signal: AbortSignal): Promise<void> {
    const { registry, repository, dryRun } = place;
    const client = this.registries.attributes(registry, 'backfill');
    for await (const { digest, quarantineState } of client.manifests(repository)) {
      signal.throwIfAborted();
      counts.seen += 1;
      if (quarantineState !== undefined) continue;
      counts.unmarked += 1;
      if (dryRun) continue;
      await client.mark({ repository, digest }, { state: 'Passed', details }).catch((error: unknown) => {
        // Deleted since it was listed.
        if (!(error instanceof UserError && error.code === 'manifest-unknown')) throw error;
      });
      counts.marked += 1;
    }
  }

  private async note(id: string, error: unknown): Promise<void> {
    const { code, message } = failureOf('mark-existing', error);
    const isFinal = error instanceof UserError;
    await this.database.registryAction.updateMany({
      where: { id, state: 'pending' },
      data: {
        errorCode: code,
        error: postgresText(message).slice(0, 2_000),
        attempts: { increment: 1 },
        ...(isFinal ? { state: 'failed', finishedAt: new Date() } : {}),
      },
    });
  }
}

interface MarkedPlace {
  readonly registry: string;
  readonly repository: string;
  readonly dryRun: boolean;
}
