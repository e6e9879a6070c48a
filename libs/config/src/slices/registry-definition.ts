import { messageOf } from '@tidewaiter/kit';
import { z } from 'zod';
import type { SliceIo } from '../slice';

/** A secret in a file that people share: better named than written. */
const Secret = z.union([
  z.string().min(1).max(65_536),
  z.strictObject({ env: z.string().min(1).max(256) }),
  z.strictObject({ file: z.string().min(1).max(4_096) }),
]);
type Secret = z.infer<typeof Secret>;

/** One registry as it is written in the file that TIDEWAITER_CONFIG names. */
export const RegistryDefinition = z.strictObject({
  /** Ours, not the registry's: it is part of the address of its webhook. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'),
  kind: z.enum(['acr', 'oci']),
  endpoint: z.url({ protocol: /^https?$/, error: 'must be a URL such as https://example.azurecr.io' }),
  credentials: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('anonymous') }),
      z.strictObject({ kind: z.literal('basic'), username: z.string().min(1).max(1_024), password: Secret }),
      z.strictObject({
        kind: z.literal('entra'),
        tenantId: z.string().min(1).max(256).optional(),
        clientId: z.string().min(1).max(256).optional(),
        clientSecret: Secret.optional(),
      }),
    ])
    .default({ kind: 'anonymous' }),
  webhookSecret: Secret.optional(),
  allowInsecure: z.boolean().default(false),
});
export type RegistryDefinition = z.infer<typeof RegistryDefinition>;

export type RegistryCredentials =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly kind: 'entra';
      readonly tenantId?: string | undefined;
      readonly clientId?: string | undefined;
      readonly clientSecret?: string | undefined;
    };

export interface RegistryConfig {
  readonly name: string;
  readonly kind: 'acr' | 'oci';
  /** scheme://host[:port], without a path. */
  readonly endpoint: string;
  readonly credentials: RegistryCredentials;
  /** Without it no webhook of this registry is accepted. */
  readonly webhookSecret: string | undefined;
  /** Plain HTTP is spoken only when this is true. */
  readonly allowInsecure: boolean;
}

type ResolveIo = SliceIo & { readonly where: string };

export function resolveRegistry(definition: RegistryDefinition, io: ResolveIo): RegistryConfig {
  const { name, kind, allowInsecure } = definition;
  const url = new URL(definition.endpoint);
  if (url.protocol === 'http:' && !allowInsecure) {
    io.report({ where: `${io.where}.endpoint`, message: 'is plain HTTP; use https://, or set "allowInsecure": true' });
  }
  if (url.pathname !== '/' || url.search !== '' || url.username !== '') {
    io.report({ where: `${io.where}.endpoint`, message: 'must be a scheme and a host only' });
  }
  return {
    name,
    kind,
    endpoint: url.origin,
    credentials: resolveCredentials(definition.credentials, io),
    webhookSecret: resolveWebhookSecret(definition.webhookSecret, io),
    allowInsecure,
  };
}

function resolveCredentials(credentials: RegistryDefinition['credentials'], io: ResolveIo): RegistryCredentials {
  const where = `${io.where}.credentials`;
  if (credentials.kind === 'basic') {
    return { ...credentials, password: resolveSecret(credentials.password, { ...io, where: `${where}.password` }) };
  }
  if (credentials.kind === 'entra' && credentials.clientSecret !== undefined) {
    return {
      ...credentials,
      clientSecret: resolveSecret(credentials.clientSecret, { ...io, where: `${where}.clientSecret` }),
    };
  }
  return credentials.kind === 'entra' ? { ...credentials, clientSecret: undefined } : credentials;
}

function resolveWebhookSecret(secret: Secret | undefined, io: ResolveIo): string | undefined {
  if (secret === undefined) return undefined;
  const where = `${io.where}.webhookSecret`;
  const value = resolveSecret(secret, { ...io, where });
  if (value !== '' && value.length < 16) io.report({ where, message: 'must have at least 16 characters' });
  return value;
}

/** '' after a problem was reported; the configuration is refused as a whole then. */
function resolveSecret(secret: Secret, io: ResolveIo): string {
  if (typeof secret === 'string') return secret;
  if ('env' in secret) {
    const value = io.env[secret.env]?.trim() ?? '';
    if (value === '') io.report({ where: io.where, message: `names the variable ${secret.env}, which is missing` });
    return value;
  }
  try {
    const value = io.readFile(secret.file).trim();
    if (value === '') io.report({ where: io.where, message: `names ${secret.file}, which is empty` });
    return value;
  } catch (error) {
    io.report({ where: io.where, message: `names ${secret.file}, which cannot be read: ${messageOf(error)}` });
    return '';
  }
}
