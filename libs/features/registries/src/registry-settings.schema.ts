import { registrySettings, type RegistryConfig } from '@tidewaiter/config';
import { RegistryLogin } from '@tidewaiter/contracts';
import { z } from 'zod';

/** What is secret about a registry, as it is sealed. */
export const RegistrySecrets = z.strictObject({
  credentials: RegistryLogin,
  webhookSecret: z.string().optional(),
  eventQueueUrl: z.string().optional(),
});
export type RegistrySecrets = z.infer<typeof RegistrySecrets>;

/** A login without its secrets. */
export const LoginRecord = z.object({
  kind: z.string(),
  username: z.string().optional(),
  tenantId: z.string().optional(),
  clientId: z.string().optional(),
  resourceId: z.string().optional(),
  tokenFile: z.string().optional(),
});
export type LoginRecord = z.infer<typeof LoginRecord>;

/** What may be shown of a registry's description, as it is stored beside the sealed part. */
export const RegistrySettings = z.object({
  ...registrySettings,
  allowInsecure: z.boolean().default(false),
  credentials: LoginRecord.default({ kind: 'anonymous' }),
  hasWebhookSecret: z.boolean().default(false),
  hasEventQueue: z.boolean().default(false),
});
export type RegistrySettings = z.infer<typeof RegistrySettings>;

export function settingsOf(config: RegistryConfig): RegistrySettings {
  const { webhookSecret, eventQueueUrl } = config;
  const has = { hasWebhookSecret: webhookSecret !== undefined, hasEventQueue: eventQueueUrl !== undefined };
  return RegistrySettings.parse({ ...config, ...has });
}
