import { z } from 'zod';
import { optionalText } from './event-content';

export const HarborData = z.object({
  resources: z
    .array(z.object({ digest: z.string().nullish(), tag: z.string().nullish(), resource_url: optionalText }))
    .min(1)
    .max(1_000),
  repository: z.object({ repo_full_name: z.string() }),
});
export type HarborData = z.infer<typeof HarborData>;

/** The default form. */
export const HarborEvent = z.object({
  type: z.string(),
  occur_at: z.number().optional().catch(undefined),
  event_data: z.unknown(),
});

/** The same as a CloudEvent. */
export const HarborCloudEvent = z.object({
  specversion: z.string(),
  id: optionalText,
  type: z.string(),
  time: optionalText,
  data: z.unknown(),
});
