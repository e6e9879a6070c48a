import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Problem } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { storeEvent, storeRejected, type ReceivedBody, type Refusal } from './delivery-rows';
import { parseHook, type HookEvents, type HookSource } from './parse-hook';

export interface HookCall {
  readonly source: HookSource;
  readonly registryName: string;
  /** What the caller sent as its secret, in any of the accepted headers. */
  readonly secret: string | undefined;
  readonly body: Buffer;
}

export type HookAnswer =
  | { readonly status: 200 | 202; readonly deliveries: readonly string[]; readonly duplicates: number }
  | { readonly status: 400 | 401 | 404; readonly refusal: Refusal & { readonly title: string } };

/** Rows kept of one call's events that cannot be read. */
const maxProblemRows = 20;
/** Strangers can fill a table; what they send is kept only so often. */
const strangerRowsPerMinute = 30;

/**
 * Takes one call of a registry's webhook: authenticated, stored and queued before the answer. The registry tries once and
 * waits five seconds, so nothing else happens here.
 */
@Injectable()
export class ReceiveDelivery {
  private strangers = { minute: 0, rows: 0 };

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly registries: RegistryDirectory,
  ) {}

  async receive(call: HookCall): Promise<HookAnswer> {
    const registry = this.registries.find(call.registryName);
    const received = { ...call, registryId: registry?.id ?? null };
    // Compared in constant time, and even when there is no such registry.
    const isAuthentic = sameSecret(call.secret, registry?.config.webhookSecret);
    if (registry === undefined || !isAuthentic) return this.refuseStranger(received, registry === undefined);
    const parsed = parseHook(call.source, call.body);
    if (!parsed.ok) {
      const { code, message } = parsed.error;
      await storeRejected(this.database, received, { code, message });
      return { status: 400, refusal: { code, message, title: 'Webhook body not understood' } };
    }
    return this.accept(received, parsed.value);
  }

  /** Keeps a call that never reached its body, for example one that was too large. */
  async reject(call: HookCall, refusal: Refusal): Promise<void> {
    const registry = this.registries.find(call.registryName);
    const received = { ...call, registryId: registry?.id ?? null };
    if (registry !== undefined && sameSecret(call.secret, registry.config.webhookSecret)) {
      await storeRejected(this.database, received, refusal);
    } else {
      await this.keepStranger(received, refusal);
    }
  }

  private async accept(received: ReceivedBody, { events, problems }: HookEvents): Promise<HookAnswer> {
    await this.keepProblems(received, problems);
    const deliveries: string[] = [];
    let duplicates = 0;
    for (const event of events) {
      const stored = await storeEvent(this.database, received, event);
      deliveries.push(stored.id);
      if (stored.isDuplicate) duplicates += 1;
    }
    // A duplicate is queued too: the first one's job may be what was lost. Queueing twice is once.
    await this.queues.enqueueMany(
      'delivery.process',
      [...new Set(deliveries)].map((deliveryId) => ({ deliveryId })),
    );
    return { status: duplicates === deliveries.length && duplicates > 0 ? 200 : 202, deliveries, duplicates };
  }

  /** Ten thousand broken events of one call need no ten thousand rows. */
  private async keepProblems(received: ReceivedBody, problems: readonly Problem[]): Promise<void> {
    for (const problem of problems.slice(0, maxProblemRows)) await storeRejected(this.database, received, problem);
    const more = problems.length - maxProblemRows;
    if (more <= 0) return;
    const message = `${String(more)} more events of the same call could not be read`;
    await storeRejected(this.database, received, { code: 'hook-malformed', message });
  }

  private async refuseStranger(received: ReceivedBody, isUnknown: boolean): Promise<HookAnswer> {
    const refusal = isUnknown
      ? {
          code: 'registry-unknown',
          message: `no registry named ${JSON.stringify(received.registryName.slice(0, 80))} is configured here`,
        }
      : {
          code: 'webhook-secret-wrong',
          message: 'the secret is missing or wrong; send it as "Authorization: Bearer SECRET" or "X-Webhook-Token"',
        };
    await this.keepStranger(received, refusal);
    const title = isUnknown ? 'Registry not known' : 'Webhook secret wrong';
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
}

/** Constant time: both sides are hashed to one length first. A registry without a secret accepts nobody. */
function sameSecret(given: string | undefined, wanted: string | undefined): boolean {
  const hash = (value: string): Buffer => createHash('sha256').update(value).digest();
  const same = timingSafeEqual(hash(given ?? ''), hash(wanted ?? ''));
  return same && given !== undefined && given !== '' && wanted !== undefined && wanted !== '';
}
