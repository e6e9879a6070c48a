import type { RegistryConfig } from '@tidewaiter/config';
import { createTokenCheck, type HookTarget } from '@tidewaiter/registry';

const targets = new WeakMap<RegistryConfig, HookTarget>();

/** What the sources of events need to know of a registry; one for each configuration, because it keeps a tenant's keys. */
export function hookTargetOf(config: RegistryConfig): HookTarget {
  const known = targets.get(config);
  if (known !== undefined) return known;
  const entra = config.eventGrid?.entra;
  const target: HookTarget = {
    loginServer: new URL(config.endpoint).host,
    secret: config.webhookSecret,
    resourceId: config.resourceId,
    ...(entra === undefined ? {} : { checkToken: createTokenCheck(entra) }),
  };
  targets.set(config, target);
  return target;
}
