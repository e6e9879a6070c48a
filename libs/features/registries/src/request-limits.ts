import type { RegistryConfig } from '@tidewaiter/config';
import type { BudgetLimits, Operation } from '@tidewaiter/registry';

type Limits = Readonly<Record<Operation, BudgetLimits>>;

/**
 * What one identity may ask in a minute, where each tier of ACR has its own:
 * https://learn.microsoft.com/azure/container-registry/container-registry-skus
 */
const tierLimits: Readonly<Record<'basic' | 'standard' | 'premium', Limits>> = {
  basic: { read: { perMinute: 5_000 }, referrers: { perMinute: 250 } },
  standard: { read: { perMinute: 5_000 }, referrers: { perMinute: 250 } },
  premium: { read: { perMinute: 10_000 }, referrers: { perMinute: 1_000 } },
};
/** Other registries do not say. Their refusals are heard all the same, and the rate then falls. */
const unstated: Limits = { read: { perMinute: 60_000 }, referrers: { perMinute: 60_000 } };

export function requestLimits({ kind, requests = {} }: Pick<RegistryConfig, 'kind' | 'requests'>): Limits {
  const { tier = 'standard', perMinute, referrersPerMinute } = requests;
  const usual = kind === 'acr' ? tierLimits[tier] : unstated;
  return {
    read: perMinute === undefined ? usual.read : { perMinute },
    referrers: referrersPerMinute === undefined ? usual.referrers : { perMinute: referrersPerMinute },
  };
}
