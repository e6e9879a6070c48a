import { z } from 'zod';

/** Requests a minute. */
const Budget = z.strictObject({ registry: z.int().min(1), identity: z.int().min(1).exactOptional() }).exactOptional();

/** The budgets of a tier, or those given here. */
export const ThrottlingSettings = z.strictObject({
  tier: z.enum(['basic', 'standard', 'premium']),
  budgets: z
    .strictObject({ read: Budget, write: Budget, delete: Budget, referrers: Budget, oauth: Budget })
    .exactOptional(),
  closedSeconds: z.int().min(1).max(3_600).exactOptional(),
});
export type ThrottlingSettings = z.infer<typeof ThrottlingSettings>;

/** A tier of null switches it off. */
export const ThrottlingSwitch = z.discriminatedUnion('tier', [ThrottlingSettings, z.strictObject({ tier: z.null() })]);
