import { z } from 'zod';

/** The header BrokerProperties of a locked message: https://learn.microsoft.com/rest/api/servicebus/message-headers-and-properties */
export const BrokerProperties = z.object({
  LockToken: z.string().min(1).max(200),
  /** Deliveries, this one included. */
  DeliveryCount: z.int().min(0).catch(1),
  MessageId: z.string().max(1_000).optional(),
});
export type BrokerProperties = z.infer<typeof BrokerProperties>;
