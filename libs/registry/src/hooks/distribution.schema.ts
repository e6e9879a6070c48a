import { z } from 'zod';
import { optionalText } from './event-content';

export const DistributionNotification = z.object({ events: z.array(z.unknown()).min(1).max(10_000) });
export type DistributionNotification = z.infer<typeof DistributionNotification>;

export const DistributionEvent = z.object({
  action: z.string(),
  id: optionalText,
  timestamp: optionalText,
  target: z
    .object({
      repository: z.string(),
      digest: z.string().nullish(),
      tag: z.string().nullish(),
      mediaType: optionalText,
    })
    .optional(),
  request: z.object({ host: optionalText }).optional().catch(undefined),
});
export type DistributionEvent = z.infer<typeof DistributionEvent>;
