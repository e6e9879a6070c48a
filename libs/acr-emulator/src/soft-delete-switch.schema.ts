import { z } from 'zod';

/** ACR takes 1 to 90 days and proposes 7; null switches it off. */
export const SoftDeleteSwitch = z.strictObject({ retentionDays: z.int().min(1).max(90).nullable() });

/** The registry purges once a day; a test need not wait. */
export const PurgeOrder = z.strictObject({ asOf: z.iso.datetime() });

/** The tag that is to point to it again. */
export const RestoreOrder = z.object({ tag: z.string().optional() });
