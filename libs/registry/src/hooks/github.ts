import { ok } from '@tidewaiter/kit';
import { authenticateHubSignature, headerOf } from './authenticity';
import { checkContent, checkTime, derivedId, firstIssue, malformed } from './event-content';
import { GithubPackageEvent, type GithubPackage } from './github.schema';
import type { HookSource } from './hook-source';

const nothing = ok({ events: [], problems: [] });

/**
 * The container registry of GitHub: the events `package` and `registry_package`, signed with the secret. It tells of what is
 * published, never of what is deleted.
 * https://docs.github.com/webhooks/webhook-events-and-payloads#package
 */
export const githubSource: HookSource = {
  id: 'github',
  maxBodyBytes: 1_024 * 1024,
  authenticate: authenticateHubSignature,
  jsonOf(call) {
    const text = call.body.toString('utf8');
    // What a new webhook sends unless somebody chooses otherwise; the signature is that of the form.
    const isForm =
      headerOf(call, 'content-type')?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true;
    return (isForm ? new URLSearchParams(text).get('payload') : undefined) ?? text;
  },
  read(document, call) {
    // The same when a delivery is sent again.
    const eventId = headerOf(call, 'x-github-delivery') ?? derivedId(document);
    const origin = { source: 'github', eventId, host: 'ghcr.io' } as const;
    const kind = headerOf(call, 'x-github-event');
    if (kind === 'ping') return ok({ events: [{ ...origin, action: 'ping' }], problems: [] });
    const parsed = GithubPackageEvent.safeParse(document);
    if (!parsed.success) return malformed('GitHub webhook', firstIssue(parsed.error));
    const published = parsed.data.package ?? parsed.data.registry_package;
    if (published === undefined) return malformed('GitHub webhook', 'it is not about a package');
    if ((published.package_type ?? published.ecosystem)?.toLowerCase() !== 'container') return nothing;
    const version = published.package_version;
    const tag = version?.container_metadata?.tag;
    // What has no tag has an empty one; the version of a container is its digest.
    const digest = tag?.digest === undefined || tag.digest === '' ? version?.version : tag.digest;
    const stated = { repository: repositoryOf(published), tag: tag?.name, digest };
    const content = checkContent('push', stated, 'GitHub webhook');
    if (!content.ok) return content;
    const event = { ...origin, action: 'push', ...checkTime(version?.updated_at) } as const;
    return ok({ events: [{ ...event, ...content.value }], problems: [] });
  },
};

/** What the package is pulled by, or else its name below its owner's. People's names may have capitals, repositories may not. */
function repositoryOf({ namespace, owner, name, package_version: version }: GithubPackage): string {
  const address = version?.package_url?.toLowerCase() ?? '';
  const pulled = /^[^/]+\/([^:@]+)/.exec(address)?.[1];
  return pulled ?? `${namespace ?? owner?.login ?? ''}/${name}`.toLowerCase();
}
