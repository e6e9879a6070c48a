import { err, ok, type Result } from '@tidewaiter/kit';
import type { Problem } from '@tidewaiter/contracts';
import { AcrEnvelope, AcrTarget } from './acr.schema';
import { checkContent, derivedId, firstIssue, malformed } from './event-content';
import type { ContentEvent, RegistryEvent } from './registry-event';

const actions: ReadonlyMap<string, ContentEvent['action']> = new Map([
  ['push', 'push'],
  ['delete', 'delete'],
  ['quarantine', 'quarantine'],
  ['chart_push', 'chart-push'],
  ['chart_delete', 'chart-delete'],
]);

/**
 * The body of a native Azure Container Registry webhook, JSON already parsed.
 * https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference
 */
export function parseAcrWebhook(body: unknown): Result<RegistryEvent, Problem> {
  const envelope = AcrEnvelope.safeParse(body);
  if (!envelope.success) return malformed('webhook body', firstIssue(envelope.error));
  const { action, id, timestamp, target, request } = envelope.data;
  const origin = {
    source: 'acr' as const,
    eventId: id ?? derivedId(body),
    ...(timestamp === undefined || Number.isNaN(Date.parse(timestamp)) ? {} : { occurredAt: timestamp }),
    ...(request?.host === undefined ? {} : { host: loginServer(request.host) }),
  };
  if (action === 'ping') return ok({ ...origin, action: 'ping' });
  const known = actions.get(action);
  if (known === undefined) {
    return err({
      code: 'hook-action-unknown',
      message: `The webhook's action "${action.slice(0, 60)}" is not one we know.`,
    });
  }
  const content = AcrTarget.safeParse(target);
  if (!content.success) return malformed(`target of the ${action} webhook`, firstIssue(content.error));
  const checked = checkContent(content.data, `target of the ${action} webhook`);
  return checked.ok ? ok({ ...origin, action: known, ...checked.value }) : checked;
}

/** A replica calls itself `contoso.westeurope.geo.azurecr.io`; it is the registry `contoso.azurecr.io`. */
function loginServer(host: string): string {
  return host.replace(/^([a-z0-9-]+)\.[a-z0-9]+\.geo\.(azurecr\.[a-z]+)$/i, '$1.$2');
}
