import { ok } from '@tidewaiter/kit';
import { authenticateSecret } from './authenticity';
import { DockerHubPush } from './docker-hub.schema';
import { checkContent, derivedId, firstIssue, malformed, timeOfSeconds } from './event-content';
import type { HookSource } from './hook-source';

/**
 * Docker Hub: one push of one tag, without digest and without id. It can set no header, so the secret is in the address. Its
 * `callback_url` is for chains of webhooks and is never asked.
 * https://docs.docker.com/docker-hub/repos/manage/webhooks/
 */
export const dockerHubSource: HookSource = {
  id: 'dockerhub',
  maxBodyBytes: 256 * 1024,
  authenticate: authenticateSecret,
  read(document) {
    const parsed = DockerHubPush.safeParse(document);
    if (!parsed.success) return malformed('Docker Hub webhook', firstIssue(parsed.error));
    const { push_data: push, repository } = parsed.data;
    const content = checkContent('push', { repository: repository.repo_name, tag: push.tag }, 'Docker Hub webhook');
    if (!content.ok) return content;
    const origin = { source: 'dockerhub', eventId: derivedId(document), host: 'docker.io' } as const;
    return ok({
      events: [{ ...origin, action: 'push', ...timeOfSeconds(push.pushed_at), ...content.value }],
      problems: [],
    });
  },
};
