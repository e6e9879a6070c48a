import { Inject, Injectable } from '@nestjs/common';
import { jsonbValue, postgresText, type Database } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { RegistryAccess, RegistryDirectory, type KnownRegistry } from '@tidewaiter/features/registries';
import { messageOf, type Logger } from '@tidewaiter/kit';
import type { ManifestAttributes } from '@tidewaiter/registry';
import { DATABASE } from '@tidewaiter/server';
import { activityOf } from './action-activity';
import { ActionKind, AttributesBefore } from './actions.schema';
import { DecideAgain } from './decide-again';
import { decideQuarantine } from './decide-quarantine';
import { failureOf } from './failure-advice';
import { quarantineDetails } from './quarantine-details';
import { childDigests, quarantineFacts } from './quarantine-facts';
import { insertCase } from './quarantine-rows';
import { TellWaiting } from './tell-waiting';
import { nextTryAt, tryAgain } from './try-again';

export interface ActuatorOptions {
  /** Where people see an image; without a slash at its end. */
  readonly publicUrl: string;
}

export const ACTUATOR_OPTIONS = Symbol('ActuatorOptions');

export interface ActionsOutcome {
  readonly decided: number;
  readonly done: number;
  /** New messages about what waits for too long. */
  readonly told: number;
}

interface RunContext {
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** Decided in one run; the next one goes on. */
const batchSize = 500;
/** At first; each further wait is longer, up to that for a role. */
const retrySeconds = 30;
const roleRetrySeconds = 15 * 60;

/**
 * Carries out what is to be changed in a registry. The row is there before the call and says afterwards what became of it: a
 * run that dies in between is followed by one that looks what the registry holds and finishes.
 */
@Injectable()
export class CarryOutActions {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly directory: RegistryDirectory,
    private readonly registries: RegistryAccess,
    private readonly tellWaiting: TellWaiting,
    private readonly decideAgain: DecideAgain,
    @Inject(ACTUATOR_OPTIONS) private readonly options: ActuatorOptions,
  ) {}

  async run(registryId: number, context: RunContext): Promise<ActionsOutcome> {
    const registry = this.directory.all().find((known) => known.id === registryId);
    if (registry === undefined || (registry.config.actuator?.mode ?? 'off') === 'off') {
      return { decided: await this.giveUp(registryId), done: 0, told: 0 };
    }
    await tryAgain(this.database, registry, batchSize);
    await this.letGo(registryId);
    const first = await this.decideAll(registry, context.signal);
    const decided = first + (await this.decideAgain.run(registry, context.signal));
    const done = await this.carryOutAll(registry, context);
    return { decided, done, told: await this.tellWaiting.tell(registry) };
  }

  /** Nobody lets us do anything (any more). */
  private async giveUp(registryId: number): Promise<number> {
    const { count } = await this.database.registryAction.updateMany({
      where: { registryId, state: { in: ['waiting', 'pending'] } },
      data: { state: 'superseded', finishedAt: new Date(), outcome: 'the actuator of this registry was switched off' },
    });
    return count;
  }

  /** What the registry does not have any more waits for nothing. */
  private async letGo(registryId: number): Promise<void> {
    await this.database.$executeRaw`
      UPDATE registry_action a
         SET state = 'superseded', finished_at = now(), outcome = 'the registry does not have it any more'
        FROM manifest m JOIN repository r ON r.id = m.repository_id
       WHERE a.registry_id = ${registryId} AND a.state = 'waiting'
         AND r.registry_id = a.registry_id AND r.name = a.repository AND m.digest = a.digest AND m.deleted_at IS NOT NULL`;
  }

  private async decideAll(registry: KnownRegistry, signal: AbortSignal): Promise<number> {
    const rows = await this.database.$queryRaw<{ id: string }[]>`
      SELECT a.id FROM registry_action a
       WHERE a.registry_id = ${registry.id} AND a.state = 'waiting'
         AND (EXISTS (SELECT FROM image i WHERE i.digest = a.digest)
              OR EXISTS (SELECT FROM manifest m JOIN repository r ON r.id = m.repository_id
                           JOIN scan s ON s.manifest_id = m.id AND s.state IN ('finished', 'failed', 'cancelled')
                          WHERE r.registry_id = a.registry_id AND r.name = a.repository AND m.digest = a.digest))
       ORDER BY a.checked_at NULLS FIRST, a.created_at
       LIMIT ${batchSize}`;
    let decided = 0;
    for (const { id } of rows) {
      signal.throwIfAborted();
      if (await this.decide(registry, id)) decided += 1;
    }
    return decided;
  }

  /** Whether its verdict stands now. */
  private async decide({ config }: KnownRegistry, id: string): Promise<boolean> {
    const { actuator } = config;
    const row = await this.database.registryAction.findUniqueOrThrow({ where: { id } });
    if (row.state !== 'waiting' || row.repository === null || row.digest === null || actuator === undefined)
      return false;
    const place = { registryId: row.registryId, repository: row.repository, digest: row.digest };
    const facts = await quarantineFacts(this.database, place);
    const decision = decideQuarantine(facts, actuator);
    const reason = postgresText(decision.reason).slice(0, 2_000);
    const where = { id, state: 'waiting' };
    if (decision.verdict === 'wait') {
      await this.database.registryAction.updateMany({ where, data: { reason, checkedAt: new Date() } });
      return false;
    }
    const kind = decision.verdict;
    const details = quarantineDetails(
      facts,
      { reason },
      { isReleased: kind === 'release', link: this.linkTo(row.digest) },
    );
    const end = row.dryRun ? { state: 'planned', finishedAt: new Date() } : { state: 'pending' };
    return this.database.$transaction(async (tx) => {
      const { count } = await tx.registryAction.updateMany({ where, data: { kind, reason, details, ...end } });
      if (count === 0) return false;
      await recordActivity(tx, 'action.decided', {
        ...activityOf(row, config.name),
        kind,
        dryRun: row.dryRun,
        reason: reason.slice(0, 500),
      });
      return true;
    });
  }

  private async carryOutAll(registry: KnownRegistry, context: RunContext): Promise<number> {
    const rows = await this.database.registryAction.findMany({
      where: {
        registryId: registry.id,
        state: 'pending',
        kind: { not: 'mark-existing' },
        OR: [{ dueAt: null }, { dueAt: { lte: new Date() } }],
      },
      orderBy: { createdAt: 'asc' },
      take: batchSize,
    });
    let done = 0;
    for (const row of rows) {
      context.signal.throwIfAborted();
      if (await this.carryOut(registry, row, context)) done += 1;
    }
    return done;
  }

  private async carryOut(registry: KnownRegistry, row: ActionRow, context: RunContext): Promise<boolean> {
    const { repository, digest } = row;
    if (repository === null || digest === null) return false;
    const placed = { ...row, repository, digest };
    const obstacle = row.kind === 'release' ? await this.releaseChildren(registry, placed, context) : undefined;
    if (obstacle !== undefined) {
      await this.waitForImage(placed, registry.config.name, obstacle);
      return false;
    }
    try {
      const outcome = await this.change(registry, placed);
      await this.finish(row, registry.config.name, { state: 'done', outcome });
      return true;
    } catch (error) {
      context.logger.warn('registry action failed', { actionId: row.id, kind: row.kind, reason: messageOf(error) });
      await this.fail(placed, registry.config.name, error);
      return false;
    }
  }

  /** An index waits for its image only while something becomes of that. */
  private async waitForImage(row: PlacedRow, registry: string, { digest, stands }: Obstacle): Promise<void> {
    const why =
      stands?.error ?? stands?.reason ?? 'it is no case of its own, because rules only run dry; order its release';
    if (stands?.state === 'waiting' || stands?.state === 'pending') {
      const message = `the index waits for its image ${digest}: ${why}`;
      return this.postpone(row.id, { message, seconds: secondsAfter(row.attempts) });
    }
    const what = stands?.kind === 'hold' && stands.state === 'done' ? 'is held' : 'was not released';
    await this.failForGood(row, registry, {
      code: 'image-not-released',
      message: `its image ${digest} ${what}: ${why}`,
    });
  }

  /**
   * The images of an index first: each is in quarantine by itself, and one whose event was lost would stay there. The first
   * that is not released; undefined when all are.
   */
  private async releaseChildren(
    registry: KnownRegistry,
    row: PlacedRow,
    context: RunContext,
  ): Promise<Obstacle | undefined> {
    for (const digest of await childDigests(this.database, row)) {
      const stands = await this.releaseChild(registry, { ...row, digest, tag: null }, context);
      if (stands?.kind !== 'release' || stands.state !== 'done') return { digest, stands };
    }
    return undefined;
  }

  /** Each try of an index is one of its images. */
  private async releaseChild(registry: KnownRegistry, row: PlacedRow, context: RunContext): Promise<ActionRow | null> {
    const { registryId, repository, digest, tag } = row;
    const last = () =>
      this.database.registryAction.findFirst({
        where: { registryId, repository, digest, dryRun: false, kind: { in: ['decide', 'release', 'hold'] } },
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      });
    const known = await last();
    const isOver = known?.state === 'failed' || known?.state === 'superseded';
    if (known === null || (isOver && known.createdAt < row.createdAt))
      await insertCase(this.database, { registryId, repository, digest, tag }, registry.config);
    const found = await last();
    if (found?.state === 'waiting') await this.decide(registry, found.id);
    const decided = await last();
    if (decided?.kind !== 'release' || decided.state !== 'pending') return decided;
    await this.carryOut(registry, decided, context);
    return last();
  }

  /** What came of it, in words. What the registry holds already is not asked for again. */
  private async change(registry: KnownRegistry, row: PlacedRow): Promise<string> {
    const client = this.registries.attributes(registry.config.name, 'push');
    const held = await client.manifest(row);
    const before = AttributesBefore.safeParse(row.before);
    const first = before.success ? before.data : attributesBefore(held);
    // The intent, before the call: whoever finds it after a crash knows what was there.
    await this.database.registryAction.update({
      where: { id: row.id },
      data: { attempts: { increment: 1 }, ...(before.success ? {} : { before: jsonbValue(first) }) },
    });
    const wanted = await this.wantedOf(row);
    const isSo = 'isReadable' in wanted ? held.readEnabled === wanted.isReadable : held.quarantineState === wanted.mark;
    if (isSo) return row.attempts > 0 ? 'done; an earlier attempt had succeeded' : 'it was so already';
    if ('isReadable' in wanted) await client.setReadable(row, wanted.isReadable);
    else await client.mark(row, { state: wanted.mark, details: row.details ?? (await this.detailsOf(row)) });
    return 'done';
  }

  /** Of what somebody ordered: the counts as they are now, with his reason. */
  private async detailsOf(row: PlacedRow): Promise<string> {
    const facts = await quarantineFacts(this.database, row);
    return quarantineDetails(facts, row, { isReleased: row.kind === 'release', link: this.linkTo(row.digest) });
  }

  private linkTo(digest: string): string {
    return `${this.options.publicUrl}/api/v1/images/${digest}`;
  }

  private async wantedOf(row: PlacedRow): Promise<Wanted> {
    const kind = ActionKind.parse(row.kind);
    if (kind === 'release' || kind === 'hold') return { mark: kind === 'release' ? 'Passed' : 'Failed' };
    if (kind !== 'restore-pull' || row.undoes === null) return { isReadable: false };
    const undone = await this.database.registryAction.findUniqueOrThrow({ where: { id: row.undoes } });
    return { isReadable: AttributesBefore.parse(undone.before).readEnabled };
  }

  private async fail(row: PlacedRow, registry: string, error: unknown): Promise<void> {
    const failure = failureOf(ActionKind.parse(row.kind), error);
    const { code } = failure;
    const message = postgresText(failure.message).slice(0, 2_000);
    // What a rule wants stays wanted: the image is blocked until somebody has given us the role.
    if (failure.retry === 'soon' || (failure.retry === 'role' && row.requestedBy === 'rule')) {
      const usual = failure.retry === 'role' ? roleRetrySeconds : secondsAfter(row.attempts);
      const seconds = failure.retryAfterSeconds ?? usual;
      return this.postpone(row.id, { code, message, seconds });
    }
    await this.failForGood(row, registry, { code, message });
  }

  private async failForGood(row: PlacedRow, registry: string, { code, message }: ActionFailure): Promise<void> {
    const dueAt = row.requestedBy === 'rule' ? await nextTryAt(this.database, row) : null;
    const error = postgresText(message).slice(0, 2_000);
    await this.finish(row, registry, { state: 'failed', errorCode: code, error, dueAt });
  }

  private async postpone(id: string, { code, message, seconds }: Postponement): Promise<void> {
    await this.database.registryAction.updateMany({
      where: { id, state: 'pending' },
      data: {
        errorCode: code ?? 'not-yet',
        error: message,
        dueAt: new Date(Date.now() + seconds * 1_000),
        attempts: { increment: 1 },
      },
    });
  }

  private async finish(row: ActionRow, registry: string, end: ActionEnd): Promise<void> {
    await this.database.$transaction(async (tx) => {
      const cleared = end.state === 'done' ? { errorCode: null, error: null } : {};
      const { count } = await tx.registryAction.updateMany({
        where: { id: row.id, state: 'pending' },
        data: { ...cleared, dueAt: null, ...end, finishedAt: new Date() },
      });
      if (count === 0) return;
      await recordActivity(tx, 'action.finished', {
        ...activityOf(row, registry),
        kind: row.kind,
        outcome: end.state,
        ...(end.errorCode === undefined ? {} : { code: end.errorCode }),
      });
    });
  }
}

type ActionRow = NonNullable<Awaited<ReturnType<Database['registryAction']['findUnique']>>>;
type PlacedRow = ActionRow & { readonly repository: string; readonly digest: string };

interface Obstacle {
  readonly digest: string;
  /** The last that was decided of it; null: nothing. */
  readonly stands: ActionRow | null;
}

interface ActionFailure {
  readonly code: string;
  readonly message: string;
}

type Wanted = { readonly mark: 'Passed' | 'Failed' } | { readonly isReadable: boolean };

interface Postponement {
  readonly code?: string;
  readonly message: string;
  readonly seconds: number;
}

interface ActionEnd {
  readonly state: 'done' | 'failed';
  readonly outcome?: string;
  readonly errorCode?: string;
  readonly error?: string;
  /** When it is tried again. */
  readonly dueAt?: Date | null;
}

function secondsAfter(attempts: number): number {
  return Math.min(retrySeconds * 2 ** attempts, roleRetrySeconds);
}

function attributesBefore({ readEnabled, quarantineState }: ManifestAttributes): AttributesBefore {
  return { readEnabled, ...(quarantineState === undefined ? {} : { quarantineState }) };
}
