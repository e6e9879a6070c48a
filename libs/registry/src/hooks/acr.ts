import type { Problem } from '@tidewaiter/contracts';
import { err, ok, type Result } from '@tidewaiter/kit';
import { AcrEnvelope, AcrTarget } from './acr.schema';
import { authenticateSecret } from './authenticity';
import { checkContent, checkTime, derivedId, firstIssue, malformed } from './event-content';
import type { HookSource } from './hook-source';
import type { ContentEvent, RegistryEvent } from './registry-event';

const actions: ReadonlyMap<string, ContentEvent['action']> = new Map([
  ['push', 'push'],
  ['delete', 'delete'],
  ['quarantine', 'quarantine'],
  ['chart_push', 'chart-push'],
  ['chart_delete', 'chart-delete'],
]);

/**
 * Azure Container Registry's own webhooks: unsigned, sent once, in vain after some five seconds.
 * https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference
 */
export const acrSource: HookSource = {
  id: 'acr',
  maxBodyBytes: 256 * 1024,
  authenticate: authenticateSecret,
  read(document) {
    const event = readAcrEvent(document, 'webhook');
    return event.ok ? ok({ events: [{ ...event.value, source: 'acr' }], problems: [] }) : event;
  },
};

/** What ACR says of an event, whichever way it comes. The source is for the caller to name. */
export function readAcrEvent(document: unknown, where: string): Result<Unsourced<RegistryEvent>, Problem> {
  const envelope = AcrEnvelope.safeParse(document);
  if (!envelope.success) return malformed(`${where} body`, firstIssue(envelope.error));
  const { action, id, timestamp, target, request, location } = envelope.data;
  const { host, region = location } = placeOf(request?.host);
  const origin = {
    eventId: id ?? derivedId(document),
    ...checkTime(timestamp),
    ...(host === undefined ? {} : { host }),
    ...(region === undefined ? {} : { region }),
  };
  if (action === 'ping') return ok({ ...origin, action: 'ping' });
  const known = actions.get(action);
  if (known === undefined) {
    return err({
      code: 'hook-action-unknown',
      message: `The action "${action.slice(0, 60)}" of the ${where} is not one we know.`,
    });
  }
  const content = AcrTarget.safeParse(target);
  if (!content.success) return malformed(`target of the ${action} ${where}`, firstIssue(content.error));
  const checked = checkContent(known, content.data, `target of the ${action} ${where}`);
  return checked.ok ? ok({ ...origin, action: known, ...checked.value }) : checked;
}

type Unsourced<E> = E extends RegistryEvent ? Omit<E, 'source'> : never;

/** A replica calls itself `contoso.westeurope.geo.azurecr.io`; it is the registry `contoso.azurecr.io`. */
function placeOf(host: string | undefined): { readonly host?: string; readonly region?: string } {
  if (host === undefined || host === '') return {};
  const replica = /^([a-z0-9-]+)\.([a-z0-9]+)\.geo\.(azurecr\.[a-z]+)$/i.exec(host);
  if (replica === null) return { host };
  const [, registry = '', region = '', suffix = ''] = replica;
  return { host: `${registry}.${suffix}`, region };
}
