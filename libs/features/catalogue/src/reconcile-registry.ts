import { Inject, Injectable } from '@nestjs/common';
import { postgresText, type Database } from '@tidewaiter/db';
import {
  isRefusal,
  isWithoutList,
  RegistryAccess,
  RegistryDirectory,
  tryUnansweredAgain,
} from '@tidewaiter/features/registries';
import { isPaused } from '@tidewaiter/features/scans';
import { messageOf, OperationalError, UserError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import type { Place } from './compare-repository';
import { ReconcileRepository } from './reconcile-repository';
import { ReconcileRuns, type HeldRun, type RunProblem, type RunProgress } from './reconcile-runs';

/** `busy`: somebody else walks this registry. */
export type ReconcileOutcome = { readonly state: 'busy' | 'paused' } | ({ readonly state: 'finished' } & WalkTotals);

export interface WalkTotals {
  readonly repositories: number;
  readonly unchanged: number;
  readonly tags: number;
  readonly moved: number;
  readonly deleted: number;
  readonly requested: number;
  readonly refused: number;
}

/** So many repositories in a row that fail tell of the registry, not of the repositories. */
const failuresInARow = 5;
const renewEveryMs = 8_000;

/**
 * Walks a registry's catalogue, one repository after the other, and makes the ledger whole: ACR tries a webhook once and
 * never tells of a deleted tag. A walk that is killed goes on where it stopped; what was compared by then is not compared
 * again.
 */
@Injectable()
export class ReconcileRegistry {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly directory: RegistryDirectory,
    private readonly access: RegistryAccess,
    private readonly runs: ReconcileRuns,
    private readonly reconcileRepository: ReconcileRepository,
  ) {}

  /** A repository that cannot be read does not stop the others. @throws OperationalError `reconcile-incomplete` at the end */
  async reconcile(registryId: number, signal: AbortSignal): Promise<ReconcileOutcome> {
    const fault = this.directory.faultOf(registryId);
    if (fault !== undefined) return this.refuse(registryId, fault);
    const registry = this.directory.all().find((known) => known.id === registryId)?.config.name;
    if (registry === undefined) {
      const row = await this.database.registry.findUnique({ where: { id: registryId } });
      if (row !== null) this.directory.assertTaken(row);
      throw new UserError('registry-unknown', `no configured registry has the id ${String(registryId)}`);
    }
    if (await isPaused(this.database, { registryId })) return { state: 'paused' };
    const run = await this.runs.take(registryId);
    if (run === undefined) return { state: 'busy' };
    const lease = setInterval(() => {
      // One that is lost is noticed at the next repository.
      void this.runs.renew(run).catch(() => undefined);
    }, renewEveryMs);
    try {
      const walk = new Walk(run, this.runs);
      const problem = await this.walk({ walk, registry, signal });
      await this.runs.finish(run, problem);
      if (walk.isAnswered) await tryUnansweredAgain(this.database, registryId);
      if (walk.totals.failed > 0)
        throw new OperationalError('reconcile-incomplete', problem?.message ?? 'some repositories were not compared');
      return { state: 'finished', ...walk.totals };
    } catch (error) {
      if (error instanceof RegistryPaused) {
        await this.runs.release(run, { code: 'registry-paused', message: error.message });
        return { state: 'paused' };
      }
      await this.runs.release(run, { code: 'reconcile-interrupted', message: messageOf(error) });
      throw error;
    } finally {
      clearInterval(lease);
    }
  }

  /** A walk that was asked for before the key was lost does not wait for ever. */
  private async refuse(registryId: number, fault: UserError): Promise<never> {
    const run = await this.runs.take(registryId);
    if (run !== undefined) await this.runs.finish(run, fault);
    throw fault;
  }

  private async walk(context: WalkContext): Promise<RunProblem | undefined> {
    const { walk, registry, signal } = context;
    let unlisted: string | undefined;
    try {
      for await (const repository of this.access.repositories(registry, walk.run.cursor))
        await this.visit(context, repository, { cursor: repository });
    } catch (error) {
      // Some roles may read every repository and list none, and some registries have no list.
      if (!isRefusal(error) && !isWithoutList(error)) throw error;
      unlisted = error.message;
    }
    // One that is gone, that is locked against listing, or that our role may read and not list, is in no catalogue.
    for (const repository of await this.unvisited(walk)) await this.visit(context, repository, {});
    signal.throwIfAborted();
    const { failures, totals } = walk;
    const [first] = failures;
    if (first !== undefined) {
      const message = `${String(failures.length)} of ${String(totals.repositories)} repositories could not be compared; the first: ${first}`;
      return { code: 'reconcile-incomplete', message };
    }
    if (unlisted === undefined) return undefined;
    return { code: 'catalogue-refused', message: `only repositories that are known were compared: ${unlisted}` };
  }

  private async visit(
    { walk, registry, signal }: WalkContext,
    repository: string,
    { cursor }: { readonly cursor?: string },
  ): Promise<void> {
    signal.throwIfAborted();
    const { registryId } = walk.run;
    if (await isPaused(this.database, { registryId })) throw new RegistryPaused();
    if (walk.visited.has(repository) || (await this.isCompared(walk.run, repository))) return;
    walk.visited.add(repository);
    const place = { registryId, registry, repository };
    try {
      const { isFull } = walk.run;
      await walk.advance({ ...nothingDone, ...(await this.reconcileRepository.reconcile(place, { isFull })) }, cursor);
      walk.failedInARow = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OperationalError && error.code === 'reconcile-taken-over') throw error;
      if (isRefusal(error)) {
        await this.loseAccess(place, error);
        return walk.advance({ ...nothingDone, refused: 1 }, cursor);
      }
      walk.failures.push(`${repository}: ${messageOf(error)}`);
      walk.failedInARow += 1;
      if (walk.failedInARow >= failuresInARow) throw error;
      await walk.advance({ ...nothingDone, failed: 1 }, cursor);
    }
  }

  /** Of a walk that goes on: what its walker before compared. */
  private async isCompared({ registryId, startedAt }: HeldRun, name: string): Promise<boolean> {
    const where = { registryId, name, comparedAt: { gte: startedAt } };
    return (await this.database.repository.count({ where })) > 0;
  }

  private async unvisited({ run, visited }: Walk): Promise<readonly string[]> {
    const known = await this.database.repository.findMany({
      where: { registryId: run.registryId, deletedAt: null },
      orderBy: { name: 'asc' },
      select: { name: true },
    });
    return known.map(({ name }) => name).filter((name) => !visited.has(name));
  }

  /** What is known of it stays as it was: a registry that refuses us has deleted nothing. */
  private async loseAccess({ registryId, repository: name }: Place, { code, message }: UserError): Promise<void> {
    const problem = { accessProblemCode: code, accessProblem: postgresText(message).slice(0, 2_000) };
    const where = { registryId_name: { registryId, name } };
    const lost = { ...problem, accessLostAt: new Date() };
    const { accessLostAt } = await this.database.repository.upsert({
      where,
      create: { registryId, name, ...lost },
      update: problem,
    });
    if (accessLostAt === null) await this.database.repository.update({ where, data: lost });
  }
}

class RegistryPaused extends Error {
  constructor() {
    super('the registry was paused; the walk goes on when it is resumed');
  }
}

interface WalkContext {
  readonly walk: Walk;
  readonly registry: string;
  readonly signal: AbortSignal;
}

const nothingDone: RunProgress = {
  unchanged: 0,
  tags: 0,
  moved: 0,
  deleted: 0,
  requested: 0,
  refused: 0,
  failed: 0,
};

/** What one walker has done so far. */
class Walk {
  readonly visited = new Set<string>();
  readonly failures: string[] = [];
  failedInARow = 0;
  totals: WalkTotals & RunProgress = { ...nothingDone, repositories: 0 };

  constructor(
    readonly run: HeldRun,
    private readonly runs: ReconcileRuns,
  ) {}

  /** By the registry, for at least one repository. */
  get isAnswered(): boolean {
    const { repositories, refused, failed } = this.totals;
    return repositories > refused + failed;
  }

  async advance(progress: RunProgress, cursor: string | undefined): Promise<void> {
    const { totals } = this;
    this.totals = {
      repositories: totals.repositories + 1,
      unchanged: totals.unchanged + progress.unchanged,
      tags: totals.tags + progress.tags,
      moved: totals.moved + progress.moved,
      deleted: totals.deleted + progress.deleted,
      requested: totals.requested + progress.requested,
      refused: totals.refused + progress.refused,
      failed: totals.failed + progress.failed,
    };
    await this.runs.advance(this.run, progress, cursor);
  }
}
