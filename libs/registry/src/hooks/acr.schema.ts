import { z } from 'zod';
import { optionalText } from './event-content';

/** What ACR says of an event, in its webhooks and, as `data`, in Event Grid. */
export const AcrEnvelope = z.object({
  action: z.string(),
  id: optionalText,
  timestamp: optionalText,
  target: z.unknown().optional(),
  request: z.object({ host: optionalText }).optional().catch(undefined),
  /** The replica; in Event Grid only. */
  location: optionalText,
});
export type AcrEnvelope = z.infer<typeof AcrEnvelope>;

export const AcrTarget = z.object({
  repository: z.string(),
  digest: z.string().nullish(),
  tag: z.string().nullish(),
  mediaType: optionalText,
});
export type AcrTarget = z.infer<typeof AcrTarget>;
