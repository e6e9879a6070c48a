import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { messageOf, type Logger } from '@tidewaiter/kit';
import type { EmulatorWebhook, WebhookAction } from './options';
import { nextTick } from './storage/ticks';

const keptDeliveries = 200;

export interface WebhookTarget {
  readonly mediaType: string;
  readonly size?: number;
  readonly digest: string;
  readonly length?: number;
  readonly repository: string;
  readonly tag?: string;
}

/** One attempt, as ACR's own event log lists it. */
export interface WebhookDelivery {
  readonly webhook: string;
  readonly event: WebhookEvent;
  /** The receiver's status; absent when there was no answer in time. */
  readonly status?: number;
  readonly failure?: string;
}

export interface WebhookEvent {
  readonly id: string;
  readonly timestamp: string;
  readonly action: WebhookAction;
  readonly target: WebhookTarget;
  readonly request: { readonly id: string; readonly host: string; readonly method: string; readonly useragent: string };
}

export interface Webhooks {
  /** Sends to every webhook that wants it, once, and returns at once. */
  fire(action: WebhookAction, target: WebhookTarget, request: IncomingMessage): void;
  deliveries(): readonly WebhookDelivery[];
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface WebhooksInput {
  readonly webhooks: readonly EmulatorWebhook[];
  readonly loginServer: string;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/**
 * Native ACR webhooks: no signature, no retry, an answer within some five seconds or none.
 * https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference
 */
export function createWebhooks(input: WebhooksInput): Webhooks {
  const log: WebhookDelivery[] = [];
  const underway = new Set<Promise<void>>();
  const stop = new AbortController();

  async function deliver(webhook: EmulatorWebhook, event: WebhookEvent): Promise<void> {
    const delivery = await attempt(webhook, event, input.timeoutMs, stop.signal);
    log.push(delivery);
    if (log.length > keptDeliveries) log.shift();
    const fields = { webhook: webhook.name, action: event.action, status: delivery.status, failure: delivery.failure };
    if (delivery.status !== undefined && delivery.status < 300) input.logger.debug('webhook delivered', fields);
    else input.logger.warn('webhook delivery failed', fields);
  }

  return {
    fire(action, target, request) {
      const event: WebhookEvent = {
        id: randomUUID(),
        timestamp: nextTick(),
        action,
        target,
        request: {
          id: randomUUID(),
          host: input.loginServer,
          method: request.method ?? '',
          useragent: request.headers['user-agent'] ?? '',
        },
      };
      for (const webhook of input.webhooks) {
        if (!webhook.actions.includes(action) || !inScope(webhook.scope, target)) continue;
        const delivery = deliver(webhook, event);
        underway.add(delivery);
        void delivery.finally(() => underway.delete(delivery));
      }
    },
    deliveries: () => [...log],
    async settled() {
      await Promise.allSettled([...underway]);
    },
    async close() {
      stop.abort();
      await Promise.allSettled([...underway]);
    },
  };
}

async function attempt(
  webhook: EmulatorWebhook,
  event: WebhookEvent,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<WebhookDelivery> {
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: { 'User-Agent': 'AzureContainerRegistry/1.0', 'Content-Type': 'application/json', ...webhook.headers },
      body: JSON.stringify(event),
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stop]),
    });
    await response.body?.cancel();
    return { webhook: webhook.name, event, status: response.status };
  } catch (error) {
    const hasCause = typeof error === 'object' && error !== null && 'cause' in error && error.cause !== undefined;
    return { webhook: webhook.name, event, failure: messageOf(hasCause ? error.cause : error) };
  }
}

/** `repo` alone means the tag `latest`; an event without a tag is in scope of `repo:*` only. */
export function inScope(scope: string, target: Pick<WebhookTarget, 'repository' | 'tag'>): boolean {
  if (scope === '') return true;
  const [repository = '', tag = 'latest'] = scope.split(':');
  return repository === target.repository && (tag === '*' || tag === target.tag);
}
