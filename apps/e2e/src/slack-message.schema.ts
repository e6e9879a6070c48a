import { z } from 'zod';

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const SlackMessage = z.object({
  text: z.string().min(1),
  blocks: z.array(z.looseObject({ type: z.string() })).min(1),
});
export type SlackMessage = z.infer<typeof SlackMessage>;
