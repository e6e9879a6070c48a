import { Inject, Injectable } from '@nestjs/common';
import type { Problem } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import { RegistryDirectory, type KnownRegistry } from '@tidewaiter/features/registries';
import { messageOf, OperationalError, type Logger, type Result } from '@tidewaiter/kit';
import { maxDeliveriesTogether, type Queues } from '@tidewaiter/queue';
import {
  consentTo,
  isValidationUrl,
  type Consent,
  type Handshake,
  type HookCall,
  type HookEvents,
  type HookSource,
} from '@tidewaiter/registry';
import { DATABASE, LOGGER, QUEUES } from '@tidewaiter/server';
import {
  eventRow,
  storeEvents,
  storeRejected,
  type EventRow,
  type ReceivedBody,
  type Refusal,
  type StoredDelivery,
} from './delivery-rows';
import { GroupCommit } from './group-commit';
import { hookTargetOf } from './hook-target';

/** A call of the hook of a registry. */
export interface ReceivedCall extends HookCall {
  readonly source: HookSource;
  readonly registryName: string;
}

export type HookAnswer =
  | {
      readonly status: 200 | 202;
      readonly deliveries: readonly string[];
      readonly duplicates: number;
      readonly handshake?: Handshake;
    }
  | HookRefusal;

export interface HookRefusal {
  readonly status: 400 | 401 | 403 | 404;
  readonly refusal: Refusal & { readonly title: string };
}

/** Rows kept of one call's events that cannot be read. */
const maxProblemRows = 20;
/** Strangers can fill a table; what they send is kept only so often. */
const strangerRowsPerMinute = 30;
const validationTimeoutMs = 20_000;
/** A key does not come back by itself. */
const sealedRetrySeconds = 60;

/**
 * Takes what registries tell: authenticated, stored and queued before the answer. ACR tries once and waits five seconds, so
 * nothing else happens here.
 */
@Injectable()
export class ReceiveDelivery {
  private strangers = { minute: 0, rows: 0 };
  private readonly intake = new GroupCommit((rows: readonly EventRow[]) => this.store(rows), {
    maxItems: 1_000,
  });

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly registries: RegistryDirectory,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws OperationalError when it cannot be told or kept at the moment, so that the sender tries again */
  async receive(call: ReceivedCall): Promise<HookAnswer> {
    const registry = await this.registryOf(call);
    const received = receivedBody(call, registry);
    const stranger = await this.strangerProblem(call, registry);
    if (registry === undefined || stranger !== undefined) return this.refuseStranger(received, stranger);
    const parsed = readBody(call, registry);
    if (!parsed.ok) {
      const { code, message } = parsed.error;
      await storeRejected(this.database, received, { code, message });
      const isForged = code === 'event-of-another-registry';
      const title = isForged ? 'Event of another registry' : 'Webhook body not understood';
      return { status: isForged ? 403 : 400, refusal: { code, message, title } };
    }
    const answer = await this.accept(received, parsed.value);
    const url = parsed.value.handshake?.validationUrl;
    if (url !== undefined && registry.config.eventGrid?.followValidationUrl === true) void this.follow(url);
    return answer;
  }

  /**
   * Whether Event Grid may send CloudEvents here. With the secret, or where deliveries are proved by a token: then it is not
   * known to send one with this question, and whoever else asks gains nothing.
   */
  async consent(call: ReceivedCall, origin: string | undefined): Promise<Consent | HookRefusal> {
    const registry = await this.registryOf(call);
    const stranger = await this.strangerProblem(call, registry);
    const isBare = call.headers.authorization === undefined && call.querySecret === undefined;
    const isLeftToToken = isBare && registry?.config.eventGrid?.entra !== undefined;
    if (registry === undefined || (stranger !== undefined && !isLeftToToken)) {
      return this.refuseStranger(receivedBody(call, registry), stranger);
    }
    const consent = consentTo(origin);
    if (consent !== undefined) return consent;
    const refusal = { code: 'hook-origin-unknown', message: 'only Event Grid may send CloudEvents here' };
    return { status: 403, refusal: { ...refusal, title: 'Origin not known' } };
  }

  /**
   * An event that was fetched from a queue of ours, so that nothing is left to prove. False when it cannot be read and may be
   * tried again, perhaps by a newer program; the last time it is kept as rejected.
   */
  async receiveFetched(call: ReceivedCall, { isLast }: { readonly isLast: boolean }): Promise<boolean> {
    const registry = this.registries.get(call.registryName);
    const received = receivedBody(call, registry);
    const parsed = readBody(call, registry);
    if (parsed.ok) await this.accept(received, parsed.value);
    else if (isLast) await storeRejected(this.database, received, parsed.error);
    return parsed.ok || isLast;
  }

  /** @throws when what stores and queues events does not answer */
  async ready(): Promise<void> {
    await Promise.all([this.database.$queryRaw`SELECT 1`, this.queues.ready()]);
  }

  /** Keeps a call that never reached its body, for example one that was too large. */
  async reject(call: ReceivedCall, refusal: Refusal): Promise<void> {
    const registry = this.registries.find(call.registryName);
    const received = receivedBody(call, registry);
    // A signature over a body that was not read cannot be checked: such a call is a stranger's.
    if (registry !== undefined && (await this.strangerProblem(call, registry)) === undefined) {
      await storeRejected(this.database, received, refusal);
    } else {
      await this.keepStranger(received, refusal);
    }
  }

  /** Stores and queues what an authentic sender told; answers when both have happened. */
  private async accept(
    received: ReceivedBody,
    { events, problems, handshake }: HookEvents,
  ): Promise<HookAnswer & { status: 200 | 202 }> {
    await this.keepProblems(received, problems);
    const stored = await this.intake.add(events.map((event) => eventRow(received, event)));
    const deliveries = stored.map(({ id }) => id);
    const duplicates = stored.filter(({ isDuplicate }) => isDuplicate).length;
    if (handshake !== undefined) return { status: 200, deliveries, duplicates, handshake };
    return { status: duplicates === deliveries.length && duplicates > 0 ? 200 : 202, deliveries, duplicates };
  }

  private async store(rows: readonly EventRow[]): Promise<readonly StoredDelivery[]> {
    const stored = await storeEvents(this.database, rows);
    const fresh = stored.filter(({ isDuplicate }) => !isDuplicate).map(({ id }) => id);
    const together = Array.from({ length: Math.ceil(fresh.length / maxDeliveriesTogether) }, (_, n) => ({
      deliveryIds: fresh.slice(n * maxDeliveriesTogether, (n + 1) * maxDeliveriesTogether),
    }));
    await this.queues.enqueueMany('deliveries.process', together);
    // A duplicate is queued too: the first one's job may be what was lost.
    const repeated = stored.filter(({ isDuplicate }) => isDuplicate).map(({ id }) => ({ deliveryId: id }));
    await this.queues.enqueueMany('delivery.process', repeated);
    return stored;
  }

  /** Ten thousand broken events of one call need no ten thousand rows. */
  private async keepProblems(received: ReceivedBody, problems: readonly Problem[]): Promise<void> {
    for (const problem of problems.slice(0, maxProblemRows)) await storeRejected(this.database, received, problem);
    const more = problems.length - maxProblemRows;
    if (more <= 0) return;
    const message = `${String(more)} more events of the same call could not be read`;
    await storeRejected(this.database, received, { code: 'hook-malformed', message });
  }

  /** @throws OperationalError where no key opens the secret by which the call would be proved: it may come again, and is found later if not */
  private async registryOf(call: ReceivedCall): Promise<KnownRegistry | undefined> {
    const unreadable = this.registries.findUnreadable(call.registryName);
    if (unreadable === undefined) return this.registries.find(call.registryName);
    const { id: registryId, name, fault } = unreadable;
    await this.keepStranger({ ...receivedBody(call, undefined), registryId }, fault);
    const message = `Nobody here can tell at the moment whether a call for registry ${name} is authentic; send it again`;
    throw new OperationalError(fault.code, message, { retryAfterSeconds: sealedRetrySeconds, cause: fault });
  }

  /** As long a look when there is no such registry, so that their names cannot be found out by the time it takes. */
  private strangerProblem(call: ReceivedCall, registry: KnownRegistry | undefined): Promise<Problem | undefined> {
    const target = registry === undefined ? { loginServer: '', secret: undefined } : hookTargetOf(registry.config);
    return call.source.authenticate(call, target);
  }

  /** Without a problem it is the registry that is not known. */
  private async refuseStranger(received: ReceivedBody, problem: Problem | undefined): Promise<HookRefusal> {
    const isUnknown = received.registryId === null || problem === undefined;
    const refusal = isUnknown
      ? {
          code: 'registry-unknown',
          message: `no registry named ${JSON.stringify(received.registryName.slice(0, 80))} is configured here`,
        }
      : { code: problem.code, message: problem.message };
    await this.keepStranger(received, refusal);
    const title = isUnknown ? 'Registry not known' : 'Webhook not authentic';
    return { status: isUnknown ? 404 : 401, refusal: { ...refusal, title } };
  }

  private async keepStranger(received: ReceivedBody, refusal: Refusal): Promise<void> {
    const minute = Math.floor(Date.now() / 60_000);
    if (this.strangers.minute !== minute) this.strangers = { minute, rows: 0 };
    this.strangers.rows += 1;
    if (this.strangers.rows > strangerRowsPerMinute) return;
    // Nothing of a stranger's body is kept.
    await storeRejected(this.database, { ...received, body: Buffer.alloc(0) }, refusal);
  }

  /** The other way to say yes, for where something in between keeps our answer from Event Grid. */
  private async follow(url: string): Promise<void> {
    if (!isValidationUrl(url)) {
      this.logger.warn('validation address not followed', { reason: 'it is not an address of Event Grid' });
      return;
    }
    try {
      const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(validationTimeoutMs) });
      await response.body?.cancel();
      this.logger.info('validation address followed', { host: new URL(url).host, status: response.status });
    } catch (error) {
      this.logger.warn('validation address failed', { host: new URL(url).host, reason: messageOf(error) });
    }
  }
}

function receivedBody(call: ReceivedCall, registry: KnownRegistry | undefined): ReceivedBody {
  const { source, registryName, body } = call;
  return { source: source.id, registryName, registryId: registry?.id ?? null, body };
}

/** No part of JSON, and written before it by some (RFC 8259 section 8.1). */
const byteOrderMark = /^\uFEFF/;

function readBody(call: ReceivedCall, { config }: KnownRegistry): Result<HookEvents, Problem> {
  let document: unknown;
  try {
    const text = call.source.jsonOf?.(call) ?? call.body.toString('utf8');
    document = JSON.parse(text.replace(byteOrderMark, ''));
  } catch (error) {
    return { ok: false, error: { code: 'hook-not-json', message: `The body is not JSON: ${messageOf(error)}` } };
  }
  return call.source.read(document, call, hookTargetOf(config));
}
