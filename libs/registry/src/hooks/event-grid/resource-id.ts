import type { HookTarget } from '../hook-source';

const registryId =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ContainerRegistry\/registries\/([^/]+)$/i;

/**
 * Whether an event's topic is this registry. Without a configured id the name must be that of the login server, which belongs
 * to one registry of a cloud: `contoso.azurecr.io`, or `contoso-d4e5f6.azurecr.io` where the name was made unique by a hash.
 */
export function isRegistryId(topic: string, { resourceId, loginServer }: HookTarget): boolean {
  // Azure's ids are compared without regard to case.
  if (resourceId !== undefined) return topic.toLowerCase() === resourceId.toLowerCase();
  const name = registryId.exec(topic)?.[1]?.toLowerCase();
  const label = loginServer.toLowerCase().split(/[.:]/)[0] ?? '';
  return name !== undefined && name !== '' && (label === name || label.startsWith(`${name}-`));
}
