import type { Problem } from '@tidewaiter/contracts';
import { ok, type Result } from '@tidewaiter/kit';
import { authenticateSecret } from './authenticity';
import { DistributionEvent, DistributionNotification } from './distribution.schema';
import { checkContent, checkTime, derivedId, firstIssue, malformed } from './event-content';
import type { HookEvents, HookSource } from './hook-source';
import type { RegistryEvent } from './registry-event';

/** What the registry calls a layer or config, whose pushes come one by one before the manifest's. */
const blobMediaType = 'application/octet-stream';

/**
 * The CNCF distribution registry's notifications: envelopes of events, sent again until they are taken.
 * https://distribution.github.io/distribution/about/notifications/
 */
export const distributionSource: HookSource = {
  id: 'distribution',
  maxBodyBytes: 256 * 1024,
  authenticate: authenticateSecret,
  read(document): Result<HookEvents, Problem> {
    const envelope = DistributionNotification.safeParse(document);
    if (!envelope.success) return malformed('notification envelope', firstIssue(envelope.error));
    const events: RegistryEvent[] = [];
    const problems: Problem[] = [];
    for (const [index, item] of envelope.data.events.entries()) {
      const event = readEvent(item, `event ${index} of the notification`);
      if (!event.ok) problems.push(event.error);
      else if (event.value !== 'ignored') events.push(event.value);
    }
    return ok({ events, problems });
  },
};

/** `ignored`: it concerns no manifest being pushed or deleted, but a pull, a mount or a single blob. */
function readEvent(item: unknown, where: string): Result<RegistryEvent | 'ignored', Problem> {
  const parsed = DistributionEvent.safeParse(item);
  if (!parsed.success) return malformed(where, firstIssue(parsed.error));
  const { action, id, timestamp, target, request } = parsed.data;
  if (action !== 'push' && action !== 'delete') return ok('ignored');
  if (target === undefined) return malformed(where, 'target is missing');
  if (target.mediaType === blobMediaType) return ok('ignored');
  const checked = checkContent(action, target, where);
  if (!checked.ok) return checked;
  return ok({
    source: 'distribution',
    eventId: id ?? derivedId(item),
    action,
    ...checkTime(timestamp),
    ...(request?.host === undefined || request.host === '' ? {} : { host: request.host }),
    ...checked.value,
  });
}
