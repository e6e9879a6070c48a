import { Inject, Injectable } from '@nestjs/common';
import type { Database, Prisma } from '@tidewaiter/db';
import { UserError } from '@tidewaiter/kit';
import { DATABASE, keyset } from '@tidewaiter/server';
import { z } from 'zod';
import { Action, type ActionListQuery, type ActionPage } from './actions.schema';

const TimeKey = z.tuple([z.iso.datetime(), z.uuid()]);

/** The audit of what was, will be and would be changed in registries. */
@Injectable()
export class Actions {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async list({ limit, cursor, ...filters }: ActionListQuery): Promise<ActionPage> {
    const { registry, repository, digest, kind, state, dryRun } = filters;
    const keys = keyset({ key: TimeKey, query: { list: 'actions', ...filters } });
    const after = keys.after(cursor);
    const rows = await this.database.registryAction.findMany({
      where: {
        ...(registry === undefined ? {} : { registry: { name: registry } }),
        ...(repository === undefined ? {} : { repository }),
        ...(digest === undefined ? {} : { digest }),
        ...(kind === undefined ? {} : { kind }),
        ...(state === undefined ? {} : { state }),
        ...(dryRun === undefined ? {} : { dryRun: dryRun === 'true' }),
        ...(after === undefined ? {} : olderThan(after)),
      },
      include: withRegistry,
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      take: limit + 1,
    });
    return keys.page(rows, { limit, keyOf: (row) => [row.createdAt.toISOString(), row.id], toItem: toAction });
  }

  async get(id: string): Promise<Action> {
    const row = await this.database.registryAction.findUnique({ where: { id }, include: withRegistry });
    if (row === null) throw new UserError('action-not-found', `no action has the id ${id}`);
    return toAction(row);
  }
}

const withRegistry = { registry: { select: { name: true } } } as const;

const tried = new Set(['pending', 'failed']);

type Row = Prisma.RegistryActionGetPayload<{ include: typeof withRegistry }>;

function olderThan([time, id]: readonly [string, string]) {
  const at = new Date(time);
  return { createdAt: { lte: at }, OR: [{ createdAt: { lt: at } }, { id: { gt: id } }] };
}

function toAction(row: Row): Action {
  const { id, repository, tag, digest, dryRun, requestedBy, reason, outcome, attempts, undoes } = row;
  return {
    id,
    registry: row.registry.name,
    repository,
    tag,
    digest,
    kind: Action.shape.kind.parse(row.kind),
    state: Action.shape.state.parse(row.state),
    dryRun,
    requestedBy,
    reason,
    before: Action.shape.before.parse(row.before),
    outcome,
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.error ?? '' },
    attempts,
    nextTryAt: tried.has(row.state) ? (row.dueAt?.toISOString() ?? null) : null,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    confirmedAt: row.confirmedAt?.toISOString() ?? null,
    undoes,
  };
}
