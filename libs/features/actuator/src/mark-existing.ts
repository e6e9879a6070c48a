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

/** What the rules do about an image. */
const decided = ['decide', 'release', 'hold'] as const;

interface Counts {
  seen: number;
  unmarked: number;
  marked: number;
  /** Without a mark, and left to the verdict that they wait for. */
  waiting: number;
}

/**
 * Marks everything that is in a registry and was never in quarantine as passed: once the policy is on, an image without a mark
 * can be pulled by nobody. May be repeated and go on where it was broken off, as what has a mark is left alone, and so is what the rules
 * are about to decide.
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
    const counts: Counts = { seen: 0, unmarked: 0, marked: 0, waiting: 0 };
    if (row?.state !== 'pending' || registry === undefined) return counts;
    const { name } = registry.config;
    try {
      for await (const repository of this.registries.repositories(name)) {
        signal.throwIfAborted();
        const place = { registryId: registry.id, registry: name, repository, dryRun: row.dryRun };
        await this.markRepository(place, counts, signal);
      }
    } catch (error) {
      await this.note(actionId, error);
      if (!(error instanceof UserError)) throw error;
      return counts;
    }
    const { seen, unmarked, marked, waiting } = counts;
    const done = row.dryRun
      ? `${String(unmarked)} of ${String(seen)} manifests have no mark and would get one`
      : `${String(marked)} of ${String(seen)} manifests had no mark and are marked as passed now`;
    const outcome = waiting === 0 ? done : `${done}; ${String(waiting)} more wait for their verdict`;
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
      if (await this.isWaiting(place, digest)) {
        counts.waiting += 1;
        continue;
      }
      counts.unmarked += 1;
      if (dryRun) continue;
      await client.mark({ repository, digest }, { state: 'Passed', details }).catch((error: unknown) => {
        // Deleted since it was listed.
        if (!(error instanceof UserError && error.code === 'manifest-unknown')) throw error;
      });
      counts.marked += 1;
    }
  }

  /** Whether the rules are about to decide: it was pushed a moment ago, and is not to be passed without being read. */
  private async isWaiting({ registryId, repository }: MarkedPlace, digest: string): Promise<boolean> {
    const state = { in: ['waiting', 'pending'] };
    const where = { registryId, repository, digest, kind: { in: [...decided] }, state, dryRun: false };
    return (await this.database.registryAction.count({ where })) > 0;
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
  readonly registryId: number;
  readonly registry: string;
  readonly repository: string;
  readonly dryRun: boolean;
}
