import { Inject, Injectable } from '@nestjs/common';
import type { Database, Prisma } from '@tidewaiter/db';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import { UserError } from '@tidewaiter/kit';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, keyset, QUEUES } from '@tidewaiter/server';
import { z } from 'zod';
import { Reconcile, type ReconcileListQuery, type ReconcilePage } from './catalogue.schema';
import { ReconcileRuns } from './reconcile-runs';

const RunKey = z.tuple([z.iso.datetime(), z.uuid()]);

@Injectable()
export class ReconcilesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly runs: ReconcileRuns,
    private readonly directory: RegistryDirectory,
  ) {}

  async list(name: string, { limit, cursor }: ReconcileListQuery): Promise<ReconcilePage> {
    const registryId = await this.registryId(name);
    const keys = keyset({ key: RunKey, query: { list: 'reconciles', name } });
    const after = keys.after(cursor);
    const older = after === undefined ? {} : olderThan(after);
    const rows = await this.database.reconcileRun.findMany({
      where: { registryId, ...older },
      include: { registry: { select: { name: true } } },
      orderBy: [{ startedAt: 'desc' }, { id: 'asc' }],
      take: limit + 1,
    });
    return keys.page(rows, { limit, keyOf: (row) => [row.startedAt.toISOString(), row.id], toItem: toReconcile });
  }

  async start(name: string, { isFull }: { readonly isFull: boolean }): Promise<Reconcile> {
    const registryId = await this.registryId(name);
    const fault = this.directory.faultOf(registryId);
    if (fault !== undefined) throw fault;
    const id = await this.runs.request(registryId, { isFull });
    await this.queues.enqueue('registry.reconcile', { registryId });
    const include = { registry: { select: { name: true } } };
    return toReconcile(await this.database.reconcileRun.findUniqueOrThrow({ where: { id }, include }));
  }

  private async registryId(name: string): Promise<number> {
    const registry = await this.database.registry.findFirst({ where: { name, removedAt: null }, select: { id: true } });
    if (registry === null)
      throw new UserError('registry-unknown', `no registry named ${JSON.stringify(name)} is watched`);
    return registry.id;
  }
}

function olderThan([time, id]: readonly [string, string]) {
  const at = new Date(time);
  return { startedAt: { lte: at }, OR: [{ startedAt: { lt: at } }, { id: { gt: id } }] };
}

type RunRow = Prisma.ReconcileRunGetPayload<{ include: { registry: { select: { name: true } } } }>;

function toReconcile(row: RunRow): Reconcile {
  const { id, cursor, resumed, repositories, unchanged, tags, moved, deleted, requested, refused, failed } = row;
  return {
    id,
    registry: row.registry.name,
    cause: Reconcile.shape.cause.parse(row.cause),
    full: row.isFull,
    state: stateOf(row),
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    ...{ cursor, resumed, repositories, unchanged, tags, moved, deleted, requested, refused, failed },
    problem: row.problemCode === null ? null : { code: row.problemCode, message: row.problem ?? '' },
  };
}

function stateOf({ finishedAt, problemCode, owner, leaseUntil }: RunRow): Reconcile['state'] {
  if (finishedAt !== null) return problemCode === null ? 'finished' : 'incomplete';
  if (owner === null) return 'waiting';
  return leaseUntil !== null && leaseUntil > new Date() ? 'running' : 'interrupted';
}
