import { acrSource } from './acr';
import { distributionSource } from './distribution';
import { dockerHubSource } from './docker-hub';
import { eventGridSource } from './event-grid/event-grid';
import { githubSource } from './github';
import { harborSource } from './harbor';
import type { HookSource } from './hook-source';

/** Everybody whose events are understood; the id is part of the address, `/hooks/ID/REGISTRY`. */
export const hookSources: readonly HookSource[] = [
  acrSource,
  distributionSource,
  dockerHubSource,
  eventGridSource,
  githubSource,
  harborSource,
];
