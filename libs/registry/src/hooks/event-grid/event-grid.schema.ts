import { z } from 'zod';
import { optionalText } from '../event-content';

/** https://learn.microsoft.com/azure/event-grid/event-schema */
export const EventGridEvent = z.object({
  id: z.string().min(1).max(1024),
  topic: z.string().max(2048),
  eventType: z.string().max(256),
  eventTime: optionalText,
  data: z.unknown(),
});

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md */
export const CloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(1024),
  source: z.string().max(2048),
  type: z.string().max(256),
  time: optionalText,
  data: z.unknown(),
});

export const ValidationData = z.object({
  validationCode: z.string().min(1).max(1024),
  validationUrl: z.string().max(4096).optional().catch(undefined),
});
