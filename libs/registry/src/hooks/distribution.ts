import type { Problem } from '@tidewaiter/contracts';
import { ok, type Result } from '@tidewaiter/kit';
import { DistributionEvent, DistributionNotification } from './distribution.schema';
import { checkContent, derivedId, firstIssue, malformed } from './event-content';
import type { RegistryEvent } from './registry-event';

/** Media type of an envelope; the body is JSON. */
export const distributionNotificationType = 'application/vnd.docker.distribution.events.v1+json';

/** What the registry calls a layer or config, whose pushes come one by one before the manifest's. */
const blobMediaType = 'application/octet-stream';

export interface DistributionEvents {
  readonly events: readonly RegistryEvent[];
  /** Events that concern no manifest being pushed or deleted: pulls, mounts, single blobs. */
  readonly ignored: number;
  /** Events of this envelope that could not be read; the others count all the same. */
  readonly problems: readonly Problem[];
}

/**
 * An envelope of the CNCF distribution registry's notifications, JSON already parsed.
 * https://distribution.github.io/distribution/about/notifications/
 */
export function parseDistributionNotification(body: unknown): Result<DistributionEvents, Problem> {
  const envelope = DistributionNotification.safeParse(body);
  if (!envelope.success) return malformed('notification envelope', firstIssue(envelope.error));
  const events: RegistryEvent[] = [];
  const problems: Problem[] = [];
  let ignored = 0;
  for (const [index, item] of envelope.data.events.entries()) {
    const event = readEvent(item, `event ${index} of the notification`);
    if (!event.ok) problems.push(event.error);
    else if (event.value === 'ignored') ignored += 1;
    else events.push(event.value);
  }
  return ok({ events, ignored, problems });
}

function readEvent(item: unknown, where: string): Result<RegistryEvent | 'ignored', Problem> {
  const parsed = DistributionEvent.safeParse(item);
  if (!parsed.success) return malformed(where, firstIssue(parsed.error));
  const { action, id, timestamp, target, request } = parsed.data;
  if (action !== 'push' && action !== 'delete') return ok('ignored');
  if (target === undefined) return malformed(where, 'target is missing');
  if (target.mediaType === blobMediaType) return ok('ignored');
  const { digest, tag } = target;
  const checked = checkContent(
    { ...target, digest: digest === '' ? undefined : digest, tag: tag === '' ? undefined : tag },
    where,
  );
  if (!checked.ok) return checked;
  return ok({
    source: 'distribution',
    eventId: id ?? derivedId(item),
    action,
    ...(timestamp === undefined || Number.isNaN(Date.parse(timestamp)) ? {} : { occurredAt: timestamp }),
    ...(request?.host === undefined || request.host === '' ? {} : { host: request.host }),
    ...checked.value,
  });
}
