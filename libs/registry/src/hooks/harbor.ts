import type { Problem } from '@tidewaiter/contracts';
import { ok, type Result } from '@tidewaiter/kit';
import { authenticateSecret } from './authenticity';
import { checkContent, checkTime, derivedId, firstIssue, malformed, timeOfSeconds } from './event-content';
import { HarborCloudEvent, HarborData, HarborEvent } from './harbor.schema';
import type { HookSource } from './hook-source';
import type { ContentEvent } from './registry-event';

const actions: ReadonlyMap<string, ContentEvent['action']> = new Map([
  ['PUSH_ARTIFACT', 'push'],
  ['DELETE_ARTIFACT', 'delete'],
  ['harbor.artifact.pushed', 'push'],
  ['harbor.artifact.deleted', 'delete'],
]);

interface Told {
  readonly type: string;
  readonly eventId: string;
  readonly time: { readonly occurredAt?: string };
  readonly data: unknown;
}

/**
 * Harbor, in its default form and as CloudEvents; pulls, scans and quotas are none of ours. Its "auth header" is sent as it was
 * written, with or without the word Bearer.
 * https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/
 */
export const harborSource: HookSource = {
  id: 'harbor',
  maxBodyBytes: 256 * 1024,
  authenticate: authenticateSecret,
  read(document) {
    const told = readEnvelope(document);
    if (!told.ok) return told;
    const action = actions.get(told.value.type);
    if (action === undefined) return ok({ events: [], problems: [] });
    const data = HarborData.safeParse(told.value.data);
    if (!data.success) return malformed('Harbor webhook', firstIssue(data.error));
    return ok(eventsOf(action, told.value, data.data));
  },
};

function readEnvelope(document: unknown): Result<Told, Problem> {
  if (typeof document === 'object' && document !== null && 'specversion' in document) {
    const parsed = HarborCloudEvent.safeParse(document);
    if (!parsed.success) return malformed('Harbor webhook', firstIssue(parsed.error));
    const { id, type, time, data } = parsed.data;
    return ok({ type, eventId: id ?? derivedId(document), time: checkTime(time), data });
  }
  const parsed = HarborEvent.safeParse(document);
  if (!parsed.success) return malformed('Harbor webhook', firstIssue(parsed.error));
  const { type, occur_at: seconds, event_data: data } = parsed.data;
  return ok({ type, eventId: derivedId(document), time: timeOfSeconds(seconds), data });
}

/** One event a resource, each with an id of its own. */
function eventsOf(action: ContentEvent['action'], { eventId, time }: Told, { resources, repository }: HarborData) {
  const events: ContentEvent[] = [];
  const problems: Problem[] = [];
  for (const [index, { digest, tag, resource_url: url }] of resources.entries()) {
    const stated = { repository: repository.repo_full_name, digest, tag };
    const content = checkContent(action, stated, `resource ${index} of the Harbor webhook`);
    if (!content.ok) {
      problems.push(content.error);
      continue;
    }
    const host = url?.split('/')[0];
    const id = resources.length === 1 ? eventId : `${eventId}#${index}`;
    const origin = { source: 'harbor', eventId: id, ...time, ...(host === undefined ? {} : { host }) } as const;
    events.push({ ...origin, action, ...content.value });
  }
  return { events, problems };
}
