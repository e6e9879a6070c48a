import type { Problem } from '@tidewaiter/contracts';
import { err, ok, type Result } from '@tidewaiter/kit';
import { readAcrEvent } from '../acr';
import { authenticateSecret, bearerOf, headerOf } from '../authenticity';
import { checkTime, firstIssue, malformed } from '../event-content';
import type { Handshake, HookCall, HookSource, HookTarget } from '../hook-source';
import type { RegistryEvent } from '../registry-event';
import { CloudEvent, EventGridEvent, ValidationData } from './event-grid.schema';
import { isRegistryId } from './resource-id';

/** What an event says of itself, in whichever of the two schemas. */
interface Envelope {
  readonly id: string;
  readonly topic: string;
  readonly type: string;
  readonly time: string | undefined;
  readonly data: unknown;
}

/** The action that ACR itself gives the same event. */
const actionOfType: ReadonlyMap<string, RegistryEvent['action']> = new Map([
  ['Microsoft.ContainerRegistry.ImagePushed', 'push'],
  ['Microsoft.ContainerRegistry.ImageDeleted', 'delete'],
  ['Microsoft.ContainerRegistry.ChartPushed', 'chart-push'],
  ['Microsoft.ContainerRegistry.ChartDeleted', 'chart-delete'],
]);

/** Event Grid sends at most 5,000 events, and one megabyte with a little around it. */
const maxEvents = 5_000;

/**
 * Azure Event Grid, in its own schema and as CloudEvents: at least once, in any order, unsigned. It authenticates itself with a
 * secret in a header or the address, or with a token of Microsoft Entra.
 * https://learn.microsoft.com/azure/event-grid/event-schema-container-registry
 */
export const eventGridSource: HookSource = {
  id: 'eventgrid',
  maxBodyBytes: 1_536 * 1024,
  async authenticate(call, target) {
    const token = bearerOf(call);
    // A bearer token is a JWT or the shared secret; only the first has dots.
    if (token !== undefined && token.split('.').length === 3 && target.checkToken !== undefined) {
      return target.checkToken(token);
    }
    return authenticateSecret(call, target);
  },
  read(document, call, target) {
    const items = itemsOf(document, call);
    if (items.length === 0 || items.length > maxEvents) {
      return malformed('list of events', `it has ${items.length} of them, not 1 to ${maxEvents}`);
    }
    const events: RegistryEvent[] = [];
    const problems: Problem[] = [];
    let handshake: Handshake | undefined;
    for (const [index, item] of items.entries()) {
      const read = readItem(item, `event ${index} of the delivery`, target);
      if (!read.ok) {
        problems.push(read.error);
        continue;
      }
      events.push(read.value.event);
      handshake ??= read.value.handshake;
    }
    const [first] = problems;
    if (events.length === 0 && problems.length === 1 && first !== undefined) return err(first);
    return ok({ events, problems, ...(handshake === undefined ? {} : { handshake }) });
  },
};

/** In the binary mode of CloudEvents the headers are the event and the body is its data. */
function itemsOf(document: unknown, call: HookCall): readonly unknown[] {
  if (headerOf(call, 'ce-specversion') === undefined) return Array.isArray(document) ? document : [document];
  const attribute = (name: string): string | undefined => decoded(headerOf(call, `ce-${name}`));
  return [
    {
      specversion: attribute('specversion'),
      id: attribute('id'),
      source: attribute('source'),
      type: attribute('type'),
      time: attribute('time'),
      data: document,
    },
  ];
}

/** Header values are percent-encoded: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md */
function decoded(value: string | undefined): string | undefined {
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    return value;
  }
}

function readItem(
  item: unknown,
  where: string,
  target: HookTarget,
): Result<{ readonly event: RegistryEvent; readonly handshake?: Handshake }, Problem> {
  const envelope = readEnvelope(item, where);
  if (!envelope.ok) return envelope;
  const { id, topic, type, time, data } = envelope.value;
  if (!isRegistryId(topic, target)) {
    return err({
      code: 'event-of-another-registry',
      message: `The ${where} comes from "${topic.slice(0, 300)}", which is not ${target.resourceId ?? target.loginServer}.`,
    });
  }
  const origin = { source: 'eventgrid', eventId: id, ...checkTime(time) } as const;
  if (type === 'Microsoft.EventGrid.SubscriptionDeletedEvent') {
    return ok({ event: { ...origin, action: 'subscription-deletion' } });
  }
  if (type === 'Microsoft.EventGrid.SubscriptionValidationEvent') return readValidation(data, origin, where);
  const action = actionOfType.get(type);
  if (action === undefined) {
    return err({
      code: 'hook-action-unknown',
      message: `The ${where} is of the type "${type.slice(0, 100)}", which is not one we know.`,
    });
  }
  const content = readAcrEvent(data, where);
  if (!content.ok) return content;
  if (content.value.action !== action) return malformed(where, `its type is ${type}, its action is not`);
  return ok({ event: { ...content.value, ...origin, ...checkTime(occurrence(content.value, time)) } });
}

/** ACR's own time is when it happened; the envelope's is when that was told. */
function occurrence({ occurredAt }: { readonly occurredAt?: string }, time: string | undefined): string | undefined {
  return occurredAt ?? time;
}

function readEnvelope(item: unknown, where: string): Result<Envelope, Problem> {
  if (typeof item === 'object' && item !== null && 'specversion' in item) {
    const event = CloudEvent.safeParse(item);
    if (!event.success) return malformed(where, firstIssue(event.error));
    const { source, ...rest } = event.data;
    return ok({ ...rest, topic: source, time: rest.time });
  }
  const event = EventGridEvent.safeParse(item);
  if (!event.success) return malformed(where, firstIssue(event.error));
  const { eventType, eventTime, ...rest } = event.data;
  return ok({ ...rest, type: eventType, time: eventTime });
}

function readValidation(
  data: unknown,
  origin: { readonly source: 'eventgrid'; readonly eventId: string; readonly occurredAt?: string },
  where: string,
): Result<{ readonly event: RegistryEvent; readonly handshake: Handshake }, Problem> {
  const parsed = ValidationData.safeParse(data);
  if (!parsed.success) return malformed(where, firstIssue(parsed.error));
  const { validationCode, validationUrl } = parsed.data;
  return ok({
    event: { ...origin, action: 'subscription-validation' },
    handshake: { validationCode, ...(validationUrl === undefined ? {} : { validationUrl }) },
  });
}
