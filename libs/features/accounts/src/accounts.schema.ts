import { named, scopes } from '@tidewaiter/server';
import { z } from 'zod';

export const ApiKey = named(
  'ApiKey',
  z.object({
    id: z.uuid(),
    name: z.string(),
    /** The first characters of the secret, to recognise a key by. */
    prefix: z.string(),
    scopes: z.array(z.enum(scopes)),
    createdAt: z.iso.datetime(),
    /** To the minute. */
    lastUsedAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  }),
);
export type ApiKey = z.infer<typeof ApiKey>;

/** The only answer that holds the secret. */
export const CreatedApiKey = named('CreatedApiKey', ApiKey.extend({ secret: z.string() }));
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;

export const CreateApiKey = named(
  'CreateApiKey',
  z.strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
  }),
);
export type CreateApiKey = z.infer<typeof CreateApiKey>;

export const ApiKeyList = named('ApiKeyList', z.object({ items: z.array(ApiKey) }));
export type ApiKeyList = z.infer<typeof ApiKeyList>;

export const ApiKeyPath = z.object({ id: z.uuid() });
export type ApiKeyPath = z.infer<typeof ApiKeyPath>;
