import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@tidewaiter/kit';
import type { EmulatorEventSubscription, WebhookAction } from '../options';
import type { Courier } from './courier';
import { DeliveryLog, sendRequest, type DeliveryAttempt, type SentRequest } from './delivery-log';
import type { WebhookEvent } from './webhook-event';

/** Event Grid tells of these; there is no event of a quarantine. */
const typeOfAction: Readonly<Partial<Record<WebhookAction, string>>> = {
  push: 'Microsoft.ContainerRegistry.ImagePushed',
  delete: 'Microsoft.ContainerRegistry.ImageDeleted',
};

/** https://learn.microsoft.com/azure/event-grid/delivery-and-retry, with jitter left out. */
const azureRetryDelaysMs = [10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 10_800_000, 21_600_000];
const isSuccess = new Set([200, 201, 202, 203, 204]);
const isFinal = new Set([400, 401, 403, 413]);
const timeoutMs = 30_000;
const origin = 'eventgrid.azure.net';

export type SubscriptionState = 'awaiting-validation' | 'active';

export interface EventGrid {
  /** Sends to every subscription, again until it is taken or given up. */
  publish(event: WebhookEvent): void;
  /** The other handshake: somebody asked for the address that came with the question. False when it is none. */
  validate(id: string): boolean;
  /** Asks those who have not agreed yet; the state of each by its name. */
  handshakes(): Promise<Readonly<Record<string, SubscriptionState>>>;
  deliveries(): readonly DeliveryAttempt[];
}

export interface EventGridInput {
  readonly subscriptions: readonly EmulatorEventSubscription[];
  /** Azure's id of the registry. */
  readonly resourceId: string;
  /** Where `GET {url}/emulator/event-grid/validate?id=` is answered. */
  readonly url: string;
  readonly courier: Courier;
  readonly logger: Logger;
}

interface Subscription extends EmulatorEventSubscription {
  readonly validationId: string;
  isActive: boolean;
}

/** Event Grid as a subscriber sees it: a handshake first, then events at least once and in any order. */
export function createEventGrid(input: EventGridInput): EventGrid {
  const { resourceId, courier, logger } = input;
  const log = new DeliveryLog<unknown>();
  const subscriptions: readonly Subscription[] = input.subscriptions.map((subscription) => ({
    ...subscription,
    validationId: randomUUID(),
    isActive: false,
  }));

  async function attempt(subscription: Subscription, { event, request, signal }: Attempt): Promise<Outcome> {
    const outcome = await sendRequest(request, { timeoutMs: subscription.timeoutMs ?? timeoutMs, signal });
    log.add({ webhook: subscription.name, event, request, ...outcome });
    return outcome;
  }

  /** Nothing is sent to who has not agreed. */
  async function shakeHands(subscription: Subscription, signal: AbortSignal): Promise<boolean> {
    if (subscription.isActive) return true;
    const validationUrl = `${input.url}/emulator/event-grid/validate?id=${subscription.validationId}`;
    const question = handshakeOf(subscription, validationEvent(resourceId, validationUrl));
    const outcome = await attempt(subscription, { ...question, signal });
    // It may have agreed by the address meanwhile.
    subscription.isActive ||= question.isAgreement(outcome);
    if (!subscription.isActive) logger.warn('event subscription not validated', { subscription: subscription.name });
    return subscription.isActive;
  }

  async function deliver(subscription: Subscription, event: object, signal: AbortSignal): Promise<void> {
    const delays = subscription.retryDelaysMs ?? azureRetryDelaysMs;
    const body = subscription.schema === 'cloudevents' ? event : [event];
    for (let count = 0; count <= delays.length; count += 1) {
      if (await shakeHands(subscription, signal)) {
        const request = postRequest(subscription, body, 'Notification', count);
        const { status } = await attempt(subscription, { event, request, signal });
        if (status !== undefined && (isSuccess.has(status) || isFinal.has(status))) return;
      }
      const delay = delays[count];
      if (delay !== undefined) await sleep(delay, undefined, { signal });
    }
    logger.warn('event given up', { subscription: subscription.name });
  }

  return {
    publish(told) {
      for (const subscription of subscriptions) {
        const event = eventFor(subscription, resourceId, told);
        if (event === undefined) continue;
        courier.post(`subscription ${subscription.name}`, (signal) => deliver(subscription, event, signal));
      }
    },
    validate(id) {
      const found = subscriptions.find(({ validationId }) => validationId === id);
      if (found !== undefined) found.isActive = true;
      return found !== undefined;
    },
    async handshakes() {
      const never = new AbortController().signal;
      await Promise.all(subscriptions.map((subscription) => shakeHands(subscription, never)));
      return Object.fromEntries(
        subscriptions.map(({ name, isActive }) => [name, isActive ? 'active' : 'awaiting-validation'] as const),
      );
    },
    deliveries: () => log.all(),
  };
}

interface Attempt {
  readonly event: unknown;
  readonly request: SentRequest;
  readonly signal: AbortSignal;
}

function handshakeOf(subscription: Subscription, event: ReturnType<typeof validationEvent>) {
  if (subscription.schema === 'cloudevents') {
    return { event: {}, request: consentRequest(subscription), isAgreement: grants };
  }
  const request = postRequest(subscription, [event], 'SubscriptionValidation', 0);
  return { event, request, isAgreement: (outcome: Outcome) => echoes(outcome, event.data.validationCode) };
}

function eventFor({ schema }: Subscription, topic: string, told: WebhookEvent): object | undefined {
  const type = typeOfAction[told.action];
  if (type === undefined) return undefined;
  const { repository, tag } = told.target;
  const id = randomUUID();
  const subject = tag === undefined ? repository : `${repository}:${tag}`;
  const data = { ...told, location: 'westeurope' };
  return schema === 'cloudevents'
    ? { specversion: '1.0', id, source: topic, subject, type, time: told.timestamp, data }
    : {
        id,
        topic,
        subject,
        eventType: type,
        eventTime: told.timestamp,
        data,
        dataVersion: '2.0',
        metadataVersion: '1',
      };
}

function validationEvent(topic: string, validationUrl: string) {
  return {
    id: randomUUID(),
    topic,
    subject: '',
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    eventTime: new Date().toISOString(),
    data: { validationCode: randomUUID(), validationUrl },
    dataVersion: '2',
    metadataVersion: '1',
  };
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection */
function consentRequest({ url, headers }: Subscription): SentRequest {
  const asked = { 'WebHook-Request-Origin': origin, 'WebHook-Request-Rate': '120' };
  return { method: 'OPTIONS', url, headers: { ...asked, ...headers }, content: '' };
}

function postRequest(
  { name, url, schema, headers }: Subscription,
  body: unknown,
  type: 'Notification' | 'SubscriptionValidation',
  deliveryCount: number,
): SentRequest {
  const contentType = schema === 'cloudevents' ? 'application/cloudevents+json' : 'application/json';
  return {
    method: 'POST',
    url,
    headers: {
      'Content-Type': `${contentType}; charset=utf-8`,
      'aeg-subscription-name': name.toUpperCase(),
      'aeg-delivery-count': String(deliveryCount),
      'aeg-event-type': type,
      'aeg-metadata-version': '1',
      'aeg-data-version': type === 'Notification' ? '2.0' : '2',
      'aeg-output-event-id': randomUUID(),
      ...headers,
    },
    content: JSON.stringify(body),
  };
}

type Outcome = Pick<DeliveryAttempt, 'status' | 'answer'>;

function grants({ status, answer }: Outcome): boolean {
  const allowed = answer?.headers['webhook-allowed-origin'];
  return status === 200 && (allowed === '*' || allowed?.toLowerCase() === origin);
}

/** 200 and nothing else: 202 is no agreement. */
function echoes({ status, answer }: Outcome, validationCode: string): boolean {
  if (status !== 200) return false;
  try {
    const said: unknown = JSON.parse(answer?.body ?? '');
    return typeof said === 'object' && said !== null && Reflect.get(said, 'validationResponse') === validationCode;
  } catch {
    return false;
  }
}
