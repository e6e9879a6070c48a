import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from '@tidewaiter/kit';
import type { EmulatorWebhook, WebhookAction } from '../options';
import { nextTick } from '../storage/ticks';
import type { Courier } from './courier';
import { DeliveryLog, sendRequest, type DeliveryAttempt } from './delivery-log';
import type { EventGrid } from './event-grid';
import type { WebhookEvent, WebhookPing, WebhookTarget } from './webhook-event';

/** One attempt, as ACR's own event log lists it. */
export type WebhookDelivery = DeliveryAttempt<WebhookEvent | WebhookPing>;

export interface Webhooks {
  /** Tells every webhook and event subscription that wants it, and returns at once. */
  fire(action: WebhookAction, target: WebhookTarget, request: IncomingMessage): void;
  /** Sends a test to one webhook, whatever its actions and scope; undefined when there is none of that name. */
  ping(name: string): WebhookPing | undefined;
  deliveries(): readonly WebhookDelivery[];
}

export interface WebhooksInput {
  readonly webhooks: readonly EmulatorWebhook[];
  readonly loginServer: string;
  readonly timeoutMs: number;
  readonly courier: Courier;
  readonly eventGrid: EventGrid;
  readonly logger: Logger;
}

/**
 * Native ACR webhooks: no signature, no retry, an answer within some five seconds or none.
 * https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference
 */
export function createWebhooks({
  webhooks,
  loginServer,
  timeoutMs,
  courier,
  eventGrid,
  logger,
}: WebhooksInput): Webhooks {
  const log = new DeliveryLog<WebhookDelivery['event']>();

  async function deliver(
    webhook: EmulatorWebhook,
    event: WebhookDelivery['event'],
    signal: AbortSignal,
  ): Promise<void> {
    const request = {
      method: 'POST',
      url: webhook.url,
      headers: { 'User-Agent': 'AzureContainerRegistry/1.0', 'Content-Type': 'application/json', ...webhook.headers },
      content: JSON.stringify(event),
    };
    const outcome = await sendRequest(request, { timeoutMs, signal });
    log.add({ webhook: webhook.name, event, request, ...outcome });
    const fields = { webhook: webhook.name, action: event.action, status: outcome.status, failure: outcome.failure };
    if (outcome.status !== undefined && outcome.status < 300) logger.debug('webhook delivered', fields);
    else logger.warn('webhook delivery failed', fields);
  }

  function post(webhook: EmulatorWebhook, event: WebhookDelivery['event']): void {
    courier.post(`webhook ${webhook.name}`, (signal) => deliver(webhook, event, signal));
  }

  return {
    fire(action, target, request) {
      const event = eventOf(action, target, { request, host: loginServer });
      for (const webhook of webhooks) {
        if (!webhook.actions.includes(action) || !inScope(webhook.scope, target)) continue;
        post(webhook, event);
      }
      eventGrid.publish(event);
    },
    ping(name) {
      const webhook = webhooks.find((one) => one.name === name);
      if (webhook === undefined) return undefined;
      const event: WebhookPing = { id: randomUUID(), timestamp: nextTick(), action: 'ping' };
      post(webhook, event);
      return event;
    },
    deliveries: () => log.all(),
  };
}

function eventOf(
  action: WebhookAction,
  target: WebhookTarget,
  { request, host }: { readonly request: IncomingMessage; readonly host: string },
): WebhookEvent {
  const useragent = request.headers['user-agent'] ?? '';
  const origin = { id: randomUUID(), host, method: request.method ?? '', useragent };
  return { id: randomUUID(), timestamp: nextTick(), action, target, request: origin };
}

/** `repo` alone means the tag `latest`; an event without a tag is in scope of `repo:*` only. */
export function inScope(scope: string, target: Pick<WebhookTarget, 'repository' | 'tag'>): boolean {
  if (scope === '') return true;
  const [repository = '', tag = 'latest'] = scope.split(':');
  return repository === target.repository && (tag === '*' || tag === target.tag);
}
