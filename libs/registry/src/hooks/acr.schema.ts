import { z } from 'zod';

/** Optional facts that are of the wrong type are as good as absent: they must not cost us the event. */
const optionalText = z.string().max(1024).optional().catch(undefined);

export const AcrTarget = z.object({
  repository: z.string(),
  digest: z.string().optional(),
  tag: z.string().optional(),
  mediaType: optionalText,
});
export type AcrTarget = z.infer<typeof AcrTarget>;

export const AcrEnvelope = z.object({
  action: z.string(),
  id: optionalText,
  timestamp: optionalText,
  target: z.unknown().optional(),
  request: z.object({ host: optionalText }).optional().catch(undefined),
});
export type AcrEnvelope = z.infer<typeof AcrEnvelope>;
