import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Database, Prisma } from '@tidewaiter/db';
import { RegistryDirectory, type KnownRegistry } from '@tidewaiter/features/registries';
import { UserError } from '@tidewaiter/kit';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { AttributesBefore, type ActionOrder, type MarkExisting } from './actions.schema';
import { forgetTries } from './quarantine-rows';

const quarantineKinds = ['decide', 'release', 'hold'];

/** What people ask for. The row is all there is to it: the actuator carries it out. */
@Injectable()
export class OrderAction {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly directory: RegistryDirectory,
  ) {}

  /** Id of the action: a new one, or the same one that is still to be done. */
  async order(order: ActionOrder, requestedBy: string): Promise<string> {
    const { repository, digest, kind, reason, evenIfRunning } = order;
    const registry = this.permitted(order.registry, kind === 'disable-pull' ? 'disable-pull' : 'quarantine');
    const dryRun = order.dryRun || registry.config.actuator?.mode === 'dry-run';
    if (kind === 'disable-pull' && !evenIfRunning) {
      throw new UserError(
        'running-unknown',
        'whether this image is running is not known here, and one that runs could not be started again; say "evenIfRunning": true to do it all the same',
      );
    }
    const place = { registryId: registry.id, repository, digest };
    return this.record({ ...place, kind, reason, dryRun, requestedBy });
  }

  /** The action that takes another one back. */
  async undo(id: string, { reason, requestedBy }: { reason: string; requestedBy: string }): Promise<string> {
    const row = await this.database.registryAction.findUnique({ where: { id }, include: { registry: true } });
    if (row === null) throw new UserError('action-not-found', `no action has the id ${id}`);
    const { registryId, repository, digest } = row;
    const before = AttributesBefore.safeParse(row.before);
    if (row.state !== 'done' || row.dryRun || !before.success || repository === null || digest === null) {
      throw new UserError('action-not-undoable', `action ${id} changed nothing that could be taken back`);
    }
    const kind = inverseOf(row.kind, before.data);
    const registry = this.permitted(row.registry.name, kind === 'restore-pull' ? 'disable-pull' : 'quarantine');
    const dryRun = registry.config.actuator?.mode === 'dry-run';
    return this.record({ registryId, repository, digest, kind, reason, dryRun, requestedBy, undoes: id });
  }

  async markExisting({ registry: name, reason, dryRun }: MarkExisting, requestedBy: string): Promise<string> {
    const registry = this.permitted(name, 'quarantine');
    const isDryRun = dryRun || registry.config.actuator?.mode === 'dry-run';
    const id = randomUUID();
    await this.database.registryAction.create({
      data: {
        id,
        registryId: registry.id,
        kind: 'mark-existing',
        state: 'pending',
        dryRun: isDryRun,
        requestedBy,
        reason,
      },
    });
    await this.queues.enqueue('registry.mark-existing', { actionId: id });
    return id;
  }

  private permitted(name: string, action: 'quarantine' | 'disable-pull'): KnownRegistry {
    const registry = this.directory.get(name);
    const { actuator } = registry.config;
    if (actuator === undefined || actuator.mode === 'off') {
      throw new UserError(
        'actuator-off',
        `nothing is changed in registry ${name}: its actuator is off ("actuator": {"mode": "dry-run"} in its configuration)`,
      );
    }
    if (!actuator.actions.includes(action)) {
      throw new UserError('action-not-allowed', `the configuration of registry ${name} does not allow "${action}"`);
    }
    return registry;
  }

  private async record(action: NewAction): Promise<string> {
    const { registryId, repository, digest, kind, undoes } = action;
    const place = { registryId, repository, digest };
    const id = await this.database.$transaction(async (tx) => {
      // Two that ask at the same time get the same action.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`tidewaiter/action ${String(registryId)} ${repository}@${digest}`}))`;
      const same = { ...place, kind, dryRun: action.dryRun, state: 'pending' };
      const open = await tx.registryAction.findFirst({ where: same, select: { id: true } });
      if (open !== null) return open.id;
      if (undoes !== undefined && (await isUndone(tx, undoes))) {
        throw new UserError('action-undone', `action ${undoes} was taken back already`);
      }
      const newId = randomUUID();
      if (!action.dryRun && quarantineKinds.includes(kind)) {
        await tx.registryAction.updateMany({
          where: { ...place, kind: { in: quarantineKinds }, state: { in: ['waiting', 'pending'] } },
          data: { state: 'superseded', finishedAt: new Date(), outcome: `superseded by action ${newId}` },
        });
        await forgetTries(tx, place);
      }
      const state = action.dryRun ? { state: 'planned', finishedAt: new Date() } : { state: 'pending' };
      await tx.registryAction.create({ data: { ...action, id: newId, ...state } });
      return newId;
    });
    await this.queues.enqueue('registry.act', { registryId });
    return id;
  }
}

type NewAction = Pick<Prisma.RegistryActionUncheckedCreateInput, 'registryId' | 'kind' | 'reason' | 'requestedBy'> & {
  readonly repository: string;
  readonly digest: string;
  readonly dryRun: boolean;
  readonly undoes?: string;
};

/** Somebody takes it back, or has. */
async function isUndone(tx: Prisma.TransactionClient, id: string): Promise<boolean> {
  return (await tx.registryAction.count({ where: { undoes: id, state: { not: 'failed' }, dryRun: false } })) > 0;
}

function inverseOf(kind: string, { quarantineState }: AttributesBefore): 'restore-pull' | 'release' | 'hold' {
  if (kind === 'disable-pull') return 'restore-pull';
  if (quarantineState === 'Passed') return 'release';
  if (quarantineState === 'Failed') return 'hold';
  throw new UserError(
    'action-not-undoable',
    'the registry knows no way back to an image about which nothing is decided; ask for "hold" or "release" instead',
  );
}
