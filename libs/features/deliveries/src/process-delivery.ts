import { Inject, Injectable } from '@nestjs/common';
import { postgresText, type Database, type Transaction } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { confirmRelease, noteQuarantined } from '@tidewaiter/features/actuator';
import { RegistryAccess, RegistryDirectory } from '@tidewaiter/features/registries';
import { enqueueScans, lockRepository, recordRequest, type RequestedScan } from '@tidewaiter/features/scans';
import { messageOf, OperationalError, UserError, type Logger } from '@tidewaiter/kit';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import {
  allStand,
  finish,
  isDeletionTold,
  isSeenSince,
  lockKnownRepository,
  markGone,
  markTagGone,
  observationSource,
  occurrenceOf,
  pushToldBefore,
  stampOf,
  type ContentRow,
  type Delivery,
  type End,
  type ScanTarget,
} from './process-rows';

export interface DeliveryOutcome {
  readonly state: End['state'];
  readonly scans: number;
}

interface ProcessOptions {
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** A replica may not have yet what another one tells of. */
const replicaLagMs = 30_000;
/** Event Grid gives up after a day; a queue keeps an event for two weeks at most, unless told otherwise. */
const staleMs = 15 * 86_400_000;
/** Looks at the registry, when what we hold changes under each of them. */
const maxLooks = 5;

/**
 * Turns a stored event into what it asks for. May be repeated, even at the same time: only one of them does it.
 *
 * Events come late, twice, by several ways and in any order, so an event is a hint to look and the registry's answer is what
 * counts. An answer is used only if what we hold of the same names is still what it was before the question: of two looks at
 * the same time the older one would else win.
 */
@Injectable()
export class ProcessDelivery {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly registries: RegistryAccess,
    private readonly directory: RegistryDirectory,
  ) {}

  async process(deliveryId: string): Promise<DeliveryOutcome> {
    const delivery = await this.database.delivery.findUnique({ where: { id: deliveryId } });
    if (delivery === null) throw new UserError('delivery-unknown', `there is no delivery ${deliveryId}`);
    if (delivery.state !== 'received') return { state: 'ignored', scans: 0 };
    const outcome = await this.carryOut(delivery);
    await recordActivity(this.database, 'delivery.processed', activityOf(delivery, outcome));
    return outcome;
  }

  /** One after the other. Those that have to wait for something are queued, each for itself. */
  async processAll(
    deliveryIds: readonly string[],
    { signal, logger }: ProcessOptions,
  ): Promise<{ readonly queued: number }> {
    const waiting: { readonly deliveryId: string }[] = [];
    for (const deliveryId of deliveryIds) {
      signal.throwIfAborted();
      try {
        await this.process(deliveryId);
      } catch (error) {
        const fields = { deliveryId, reason: messageOf(error) };
        // No other attempt would end otherwise; its row says so too, if it has one.
        if (error instanceof UserError) {
          logger.error('delivery failed', { ...fields, code: error.code });
          continue;
        }
        logger.warn('delivery queued again', fields);
        waiting.push({ deliveryId });
      }
    }
    await this.queues.enqueueMany('delivery.process', waiting);
    return { queued: waiting.length };
  }

  private async carryOut(delivery: Delivery): Promise<DeliveryOutcome> {
    const { id, action, registryId, repository } = delivery;
    if (action === 'subscription-validation') return this.end(id, { state: 'processed' });
    if (registryId === null || repository === null) return this.ignore(id, noticeReason(action));
    await this.assertTaken(registryId);
    const event = { ...delivery, registryId, repository };
    if (delivery.receivedAt.getTime() - occurrenceOf(event) > staleMs) {
      return this.ignore(id, [
        'event-too-old',
        'it happened so long ago that this is a replay; nothing is done about it',
      ]);
    }
    try {
      if (action === 'delete') return await this.takeDeletion(event);
      if (action === 'push' || action === 'quarantine') return await this.takePush(event);
    } catch (error) {
      // Trying again would not help: the row says why, and nobody makes a job of it any more. But a key may come back, so such a
      // row stays as it was received, and jobs are made of it until then.
      if (error instanceof UserError && error.code !== 'registry-sealed') await this.fail(id, error);
      throw error;
    }
    return this.ignore(id, ['nothing-to-do', `nothing is done about ${action ?? 'such an event'}`]);
  }

  private async assertTaken(id: number): Promise<void> {
    if (this.directory.all().some((registry) => registry.id === id)) return;
    const row = await this.database.registry.findUnique({ where: { id } });
    if (row !== null) this.directory.assertTaken(row);
  }

  private takePush(event: ContentRow): Promise<DeliveryOutcome> {
    return this.look(event, async () => {
      const { isTagGone, targets } = await this.ask(event);
      if (targets.length === 0) await this.waitForReplica(event);
      const write: Write = async (tx) => {
        const config = this.directory.find(event.registryName)?.config;
        if (event.action === 'quarantine' && config !== undefined) await noteQuarantined(tx, event, config);
        // A tag in quarantine may be hidden from us; that is no reason to think that it is gone.
        if (isTagGone && event.action !== 'quarantine') await markTagGone(tx, event);
        if (targets.length === 0) return { end: { state: 'ignored', ...goneReason(event) }, scans: [] };
        if (event.action === 'push' && (await confirmRelease(tx, event)) && (await allStand(tx, event, targets))) {
          return { end: { state: 'processed', ...released }, scans: [] };
        }
        const first = await pushToldBefore(tx, event, targets);
        if (first !== undefined) return { end: { state: 'duplicate', ...toldBy(first) }, scans: [] };
        const scans: RequestedScan[] = [];
        for (const target of targets) {
          if (await isSeenSince(tx, event, target)) continue;
          const scan = await recordRequest(tx, { ...requestOf(event), ...target });
          if (scan !== undefined) scans.push(scan);
        }
        return { end: { state: 'processed' }, scans };
      };
      return { isThere: targets.length > 0, write };
    });
  }

  /** What to scan: what the tag points to now, and what the event names if it is there. */
  private async ask(
    event: ContentRow,
  ): Promise<{ readonly isTagGone: boolean; readonly targets: readonly ScanTarget[] }> {
    const { tag, digest } = event;
    const current = tag === null ? undefined : await this.resolve(event, tag);
    const targets: ScanTarget[] = [];
    if (tag !== null && current !== undefined) targets.push({ digest: current, tag });
    if (digest !== null && digest !== current && (await this.resolve(event, digest)) !== undefined)
      targets.push({ digest });
    return { isTagGone: tag !== null && current === undefined, targets };
  }

  /** @throws OperationalError as long as the registry may yet come to know what it tells of */
  private async waitForReplica(event: ContentRow): Promise<void> {
    // What is held back is not shown to everybody, and its release is told.
    if (event.action === 'quarantine') return;
    if (Date.now() - occurrenceOf(event) > replicaLagMs) return;
    if (await isDeletionTold(this.database, event)) return;
    const { repository, tag, digest } = event;
    throw new OperationalError(
      'manifest-not-there-yet',
      `${repository} has no ${digest ?? tag ?? 'such image'} yet, which was pushed a moment ago; it is asked again`,
      { retryAfterSeconds: 3 },
    );
  }

  /**
   * ACR tells of a deleted manifest or repository; it never tells of a deleted tag, other registries do. What is there (again)
   * is not deleted.
   */
  private takeDeletion(event: ContentRow): Promise<DeliveryOutcome> {
    const { registryName, repository, digest, tag } = event;
    return this.look(event, async () => {
      const reference = digest ?? tag;
      const isThere =
        reference === null
          ? await this.registries.hasRepository(registryName, repository)
          : (await this.resolve(event, reference)) !== undefined;
      if (isThere && reference === null)
        await this.queues.enqueue('registry.reconcile', { registryId: event.registryId });
      const write: Write = async (tx) => {
        if (isThere) return { end: { state: 'ignored', ...stillThere(event) }, scans: [] };
        if (digest === null && tag !== null) await markTagGone(tx, event);
        else await markGone(tx, event);
        return { end: { state: 'processed' }, scans: [] };
      };
      return { isThere: false, write };
    });
  }

  /** Asks, and writes the answer down unless what it is about has changed meanwhile; then asks again. */
  private async look(event: ContentRow, ask: () => Promise<Answer>): Promise<DeliveryOutcome> {
    for (let looks = 0; looks < maxLooks; looks += 1) {
      const before = await stampOf(this.database, event);
      const { isThere, write } = await ask();
      const written = await this.database.$transaction(async (tx) => {
        if (isThere) await lockRepository(tx, event.registryId, event.repository);
        else await lockKnownRepository(tx, event);
        if ((await stampOf(tx, event)) !== before) return 'changed';
        const { end, scans } = await write(tx);
        // Somebody else finished it: nothing of this is kept.
        return (await finish(tx, event.id, end)) ? { end, scans } : 'finished';
      });
      if (written === 'finished') return { state: 'ignored', scans: 0 };
      if (written === 'changed') continue;
      await enqueueScans(this.queues, written.scans);
      return { state: written.end.state, scans: written.scans.length };
    }
    throw new OperationalError('registry-unsettled', `${event.repository} changes faster than it can be looked at`, {
      retryAfterSeconds: 2,
    });
  }

  private async resolve({ registryName, repository, action }: ContentRow, reference: string) {
    try {
      return await this.registries.resolveTag(registryName, { repository, tag: reference });
    } catch (error) {
      // Whoever may not read the quarantine is refused what is in it.
      if (action === 'quarantine' && error instanceof UserError && error.code === 'registry-disallowed')
        return undefined;
      throw error;
    }
  }

  private ignore(deliveryId: string, [problemCode, problem]: Reason): Promise<DeliveryOutcome> {
    return this.end(deliveryId, { state: 'ignored', problemCode, problem });
  }

  private async end(deliveryId: string, end: End): Promise<DeliveryOutcome> {
    await finish(this.database, deliveryId, end);
    return { state: end.state, scans: 0 };
  }

  private async fail(deliveryId: string, { code, message }: UserError): Promise<void> {
    await finish(this.database, deliveryId, {
      state: 'failed',
      problemCode: code,
      problem: postgresText(message),
    });
  }
}

interface Answer {
  /** There is something in the repository; what is not there needs no row. */
  readonly isThere: boolean;
  readonly write: Write;
}

type Write = (tx: Transaction) => Promise<{ readonly end: End; readonly scans: readonly RequestedScan[] }>;

type Reason = readonly [code: string, message: string];

function noticeReason(action: string | null): Reason {
  if (action === 'ping') return ['ping', 'a test delivery: events of this registry arrive'];
  if (action === 'subscription-deletion') {
    return ['subscription-deleted', 'somebody deleted the event subscription: it will tell nothing any more'];
  }
  return ['nothing-to-do', 'the event names no repository'];
}

function goneReason({ action, tag, digest }: ContentRow) {
  const what = digest === null ? `the tag ${tag ?? ''}` : `the manifest ${digest}`;
  return action === 'quarantine'
    ? { problemCode: 'held-back', problem: `${what} is held back and not shown to us; its release will be told` }
    : { problemCode: 'gone', problem: `${what} is gone` };
}

function stillThere({ digest, tag }: ContentRow) {
  const problem =
    digest !== null
      ? 'the manifest is still there'
      : tag !== null
        ? 'the tag is still there'
        : 'the repository is still there; the registry is compared as a whole';
  return { problemCode: 'still-there', problem };
}

const released = {
  problemCode: 'release-confirmed',
  problem: 'it confirms the release of an image from quarantine, which was read before',
};

function toldBy({ id, source }: { readonly id: string; readonly source: string }) {
  return { problemCode: 'told-before', problem: `delivery ${id} (${source}) told of the same push` };
}

function requestOf(event: ContentRow) {
  const { registryId, repository, id: deliveryId } = event;
  return { registryId, repository, deliveryId, cause: 'push', source: observationSource(event) } as const;
}

function activityOf({ id, registryName, action, repository, tag, digest }: Delivery, { state }: DeliveryOutcome) {
  return {
    deliveryId: id,
    registry: registryName,
    state,
    ...(action === null ? {} : { action }),
    ...(repository === null ? {} : { repository }),
    ...(tag === null ? {} : { tag }),
    ...(digest === null ? {} : { digest }),
  };
}
