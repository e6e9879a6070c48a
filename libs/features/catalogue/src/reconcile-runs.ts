import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { postgresText, type Database } from '@tidewaiter/db';
import { OperationalError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';

/** A walk that this process has the lease of. */
export interface HeldRun {
  readonly id: string;
  readonly owner: string;
  readonly registryId: number;
  readonly isFull: boolean;
  readonly startedAt: Date;
  /** Undefined at the beginning. */
  readonly cursor: string | undefined;
}

/** What was done since the last time it was said. */
export interface RunProgress {
  readonly unchanged: number;
  readonly tags: number;
  readonly moved: number;
  readonly deleted: number;
  readonly requested: number;
  readonly refused: number;
  readonly failed: number;
}

export interface RunProblem {
  readonly code: string;
  readonly message: string;
}

/** A walker that has been silent for this long is taken for dead; the queue takes about as long to deliver its job again. */
const leaseSeconds = 25;
/** lastUpdateTime need not move for everything: this often, every repository is listed whatever it says. */
export const fullSweepHours = 24;

/** The rows of walks. The one that is not finished is the lock: two walkers never have the same registry. */
@Injectable()
export class ReconcileRuns {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** The walk that is under way, or a new one that waits for its walker. */
  async request(registryId: number, { isFull }: { readonly isFull: boolean }): Promise<string> {
    await this.database.$executeRaw`
      INSERT INTO reconcile_run (id, registry_id, cause, is_full)
      VALUES (${randomUUID()}::uuid, ${registryId}, 'user', ${isFull})
      ON CONFLICT (registry_id) WHERE finished_at IS NULL DO NOTHING`;
    const run = await this.database.reconcileRun.findFirst({
      where: { registryId },
      orderBy: [{ startedAt: 'desc' }],
      select: { id: true },
    });
    if (run === null) throw new Error('a reconcile that was just recorded is not there');
    return run.id;
  }

  /** A new walk, or the one whose walker is gone; undefined when somebody walks. */
  async take(registryId: number): Promise<HeldRun | undefined> {
    const owner = randomUUID();
    const [run] = await this.database.$queryRaw<(Omit<HeldRun, 'cursor'> & { cursor: string | null })[]>`
      INSERT INTO reconcile_run AS run (id, registry_id, cause, is_full, owner, lease_until)
      SELECT ${randomUUID()}::uuid, ${registryId}, 'schedule',
             NOT EXISTS (SELECT FROM reconcile_run past
                          WHERE past.registry_id = ${registryId} AND past.is_full AND past.problem_code IS NULL
                            AND past.finished_at > now() - make_interval(hours => ${fullSweepHours})),
             ${owner}::uuid, now() + make_interval(secs => ${leaseSeconds})
      ON CONFLICT (registry_id) WHERE finished_at IS NULL DO UPDATE
         SET owner = excluded.owner, lease_until = excluded.lease_until,
             problem_code = NULL, problem = NULL,
             resumed = run.resumed + CASE WHEN run.owner IS NULL THEN 0 ELSE 1 END
       WHERE run.lease_until IS NULL OR run.lease_until < now()
      RETURNING id::text, owner::text, registry_id AS "registryId", is_full AS "isFull", started_at AS "startedAt", cursor`;
    return run === undefined ? undefined : { ...run, cursor: run.cursor ?? undefined };
  }

  /** Keeps the lease. @throws OperationalError `reconcile-taken-over` when somebody else has it */
  async renew(run: HeldRun): Promise<void> {
    const count = await this.database.$executeRaw`
      UPDATE reconcile_run SET lease_until = now() + make_interval(secs => ${leaseSeconds})
       WHERE id = ${run.id}::uuid AND owner = ${run.owner}::uuid AND finished_at IS NULL`;
    if (count === 0) throw takenOver();
  }

  /** One more repository is done. */
  async advance(run: HeldRun, progress: RunProgress, cursor: string | undefined): Promise<void> {
    const { unchanged, tags, moved, deleted, requested, refused, failed } = progress;
    const count = await this.database.$executeRaw`
      UPDATE reconcile_run
         SET cursor = coalesce(${cursor ?? null}, cursor), repositories = repositories + 1,
             unchanged = unchanged + ${unchanged}::int, tags = tags + ${tags}::int, moved = moved + ${moved}::int,
             deleted = deleted + ${deleted}::int, requested = requested + ${requested}::int,
             refused = refused + ${refused}::int, failed = failed + ${failed}::int,
             lease_until = now() + make_interval(secs => ${leaseSeconds})
       WHERE id = ${run.id}::uuid AND owner = ${run.owner}::uuid AND finished_at IS NULL`;
    if (count === 0) throw takenOver();
  }

  async finish(run: HeldRun, problem: RunProblem | undefined): Promise<void> {
    await this.database.reconcileRun.updateMany({
      where: { id: run.id, owner: run.owner, finishedAt: null },
      data: { finishedAt: new Date(), leaseUntil: null, ...problemColumns(problem) },
    });
  }

  /** Leaves the walk to whoever comes next, who goes on at the cursor. */
  async release(run: HeldRun, problem: RunProblem): Promise<void> {
    await this.database.reconcileRun.updateMany({
      where: { id: run.id, owner: run.owner, finishedAt: null },
      data: { leaseUntil: new Date(), ...problemColumns(problem) },
    });
  }

  /** Registries whose walk nobody carries on, and no job will: those that broke off are left alone for longer. */
  async abandoned(): Promise<readonly number[]> {
    const rows = await this.database.$queryRaw<{ registryId: number }[]>`
      SELECT registry_id AS "registryId" FROM reconcile_run r JOIN registry g ON g.id = r.registry_id
       WHERE r.finished_at IS NULL AND g.removed_at IS NULL
         AND NOT EXISTS (SELECT FROM pause p WHERE p.registry_id = g.id AND p.resumed_at IS NULL)
         AND coalesce(r.lease_until, r.started_at)
             < now() - CASE WHEN r.problem_code IS NULL THEN interval '30 seconds' ELSE interval '10 minutes' END`;
    return rows.map(({ registryId }) => registryId);
  }
}

function takenOver(): OperationalError {
  return new OperationalError('reconcile-taken-over', 'another worker has this walk now, or it was ended');
}

function problemColumns(problem: RunProblem | undefined) {
  if (problem === undefined) return { problemCode: null, problem: null };
  return { problemCode: problem.code, problem: postgresText(problem.message).slice(0, 2_000) };
}
