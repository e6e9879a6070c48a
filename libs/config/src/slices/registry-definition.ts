import {
  AzurePlace,
  HostPattern,
  registryLogin,
  RegistryName,
  RepositoryName,
  severities,
  type RegistryLogin,
} from '@tidewaiter/contracts';
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

/** What the registry answers in a minute: by the tier of an ACR, or in numbers. */
const RequestLimits = z.strictObject({
  tier: z.enum(['basic', 'standard', 'premium']).exactOptional(),
  perMinute: z.int().min(1).max(1_000_000).exactOptional(),
  referrersPerMinute: z.int().min(1).max(1_000_000).exactOptional(),
});

/** What we may change in a registry, and when. Nothing, unless it is said. */
const ActuatorDefinition = z.strictObject({
  mode: z.enum(['off', 'dry-run', 'on']).default('off'),
  actions: z
    .array(z.enum(['quarantine', 'disable-pull']))
    .min(1)
    .max(2)
    .default(['quarantine']),
  /** The mildest severity that an image in quarantine is held for. */
  holdFrom: z.enum([...severities, 'never']).default('critical'),
  holdExploited: z.boolean().default(true),
  holdMalicious: z.boolean().default(true),
  /** Whether an image is released of whose packages no feed has records. */
  releaseUncovered: z.boolean().default(false),
  /** An image that waits for this long is told of where alerts go. */
  alertMinutes: z.int().min(1).max(525_600).default(30),
});
export type ActuatorRules = z.infer<typeof ActuatorDefinition>;

const keysUrl = z.url({ protocol: /^https?$/, error: 'must be a URL' });

/** How Event Grid may deliver, besides with the shared secret. */
export const EventGridDefinition = z.strictObject({
  entra: z
    .strictObject({
      tenantId: z.string().min(1).max(256),
      audience: z.string().min(1).max(1_024),
      jwksUrl: keysUrl.optional(),
      issuer: z.string().min(1).max(1_024).optional(),
      eventGridAppId: z.string().min(1).max(256).optional(),
    })
    .optional(),
  followValidationUrl: z.boolean().default(false),
});
export type EventGridDefinition = z.infer<typeof EventGridDefinition>;

const Patterns = z.array(z.string().min(1).max(255)).min(1).max(1_000);

/** One rule of what is looked at. All of its conditions must hold for it to apply; docs/ledger.md explains them. */
const ScopeRule = z.strictObject({
  /** Its name; the ledger shows it with what the rule leaves out. */
  rule: z.string().min(1).max(100),
  action: z.enum(['include', 'exclude']),
  repositories: Patterns.optional(),
  tags: Patterns.optional(),
  /** true: only manifests that no tag points to; false: only tags. */
  untagged: z.boolean().optional(),
  platforms: Patterns.optional(),
  olderThanDays: z.int().min(0).max(36_500).optional(),
  /** All but the newest so many of what the other conditions mean in a repository. */
  beyondNewest: z.int().min(0).max(1_000_000).optional(),
});
export type ScopeRule = z.infer<typeof ScopeRule>;

/** In the order in which they are tried. */
export const ScopeRules = z.array(ScopeRule).max(1_000);

/** What may be said about a registry besides its address and its secrets, in the file as by REST. */
export const registrySettings = {
  ...AzurePlace.shape,
  /** More hosts its blobs or tokens come from: `host`, `host:port` or `*.suffix`. */
  allowedHosts: z.array(HostPattern).max(100).optional(),
  /** Which repositories there are, where our identity may not list them. */
  repositories: z.array(RepositoryName).min(1).max(10_000).optional(),
  resourceId: z
    .string()
    .max(1_024)
    .regex(
      /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.ContainerRegistry\/registries\/[^/]+$/i,
      "must be Azure's id of a container registry, as `az acr show --query id` prints it",
    )
    .optional(),
  eventGrid: EventGridDefinition.optional(),
  requests: RequestLimits.optional(),
  actuator: ActuatorDefinition.optional(),
  scope: ScopeRules.optional(),
  /** Patterns of tags that must not move. */
  protectedTags: Patterns.optional(),
};

/** One registry as it is written in the file that TIDEWAITER_CONFIG names. */
export const RegistryDefinition = z.strictObject({
  name: RegistryName,
  kind: z.enum(['acr', 'oci']),
  endpoint: z.url({ protocol: /^https?$/, error: 'must be a URL such as https://example.azurecr.io' }),
  credentials: registryLogin(Secret).default({ kind: 'anonymous' }),
  ...registrySettings,
  webhookSecret: Secret.optional(),
  eventQueueUrl: Secret.optional(),
  allowInsecure: z.boolean().default(false),
});
export type RegistryDefinition = z.infer<typeof RegistryDefinition>;

/** A registry that is watched, whoever described it. */
export interface RegistryConfig extends AzurePlace {
  readonly name: string;
  readonly kind: 'acr' | 'oci';
  /** scheme://host[:port], without a path. */
  readonly endpoint: string;
  readonly credentials: RegistryLogin;
  /** Without it no webhook of this registry is accepted. */
  readonly webhookSecret: string | undefined;
  /** Azure's id of the registry: what its events must come from. Without it the name in an id must be the endpoint's. */
  readonly resourceId?: string | undefined;
  readonly eventGrid?: EventGridDefinition | undefined;
  /** The address of a queue from which its events are fetched, or its connection string. A signature or key in it is a secret. */
  readonly eventQueueUrl?: string | undefined;
  /** Plain HTTP is spoken only when this is true. */
  readonly allowInsecure: boolean;
  readonly allowedHosts?: readonly string[] | undefined;
  /** Watched instead of what the registry lists. */
  readonly repositories?: readonly string[] | undefined;
  /** The limits of its kind when left out. */
  readonly requests?: z.infer<typeof RequestLimits> | undefined;
  /** Nothing is changed in it when left out. */
  readonly actuator?: ActuatorRules | undefined;
  /** What of it is looked at; everything without rules. */
  readonly scope?: readonly ScopeRule[] | undefined;
  /** Patterns of tags that must not move. */
  readonly protectedTags?: readonly string[] | undefined;
}

/** What is wrong with a URL as the address of a registry. */
export function endpointFault(endpoint: string, allowInsecure: boolean): string | undefined {
  const url = new URL(endpoint);
  if (url.protocol === 'http:' && !allowInsecure) {
    return 'is plain HTTP; use https://, or set "allowInsecure": true';
  }
  const isBare = url.pathname === '/' && url.search === '' && url.username === '';
  return isBare ? undefined : 'must be a scheme and a host only';
}

/** What is wrong with a tier where there are none. */
export const tierFault = 'is for registries of the kind "acr" only; say "perMinute" and "referrersPerMinute" instead';

/** What is wrong with a text as the address of a queue of events. */
export function queueAddressFault(address: string): string | undefined {
  const url = URL.parse(address);
  const isLocal = url?.protocol === 'http:' && url.hostname === '127.0.0.1';
  const isAddress = isLocal || ['https:', 'sb:'].includes(url?.protocol ?? '');
  if (isAddress || /^Endpoint=sb:\/\//i.test(address)) return undefined;
  const examples = 'https://ACCOUNT.queue.core.windows.net/QUEUE or https://NAMESPACE.servicebus.windows.net/QUEUE';
  return `must be the address of a queue, ${examples}, or the connection string of a Service Bus`;
}

type ResolveIo = SliceIo & { readonly where: string };

export function resolveRegistry(definition: RegistryDefinition, io: ResolveIo): RegistryConfig {
  const { name, kind, allowInsecure, endpoint, credentials, webhookSecret, eventQueueUrl, ...rest } = definition;
  const fault = endpointFault(endpoint, allowInsecure);
  if (fault !== undefined) io.report({ where: `${io.where}.endpoint`, message: fault });
  if (kind !== 'acr' && definition.actuator !== undefined && definition.actuator.mode !== 'off') {
    io.report({ where: `${io.where}.actuator`, message: 'is for registries of the kind "acr" only' });
  }
  if (kind !== 'acr' && definition.requests?.tier !== undefined) {
    io.report({ where: `${io.where}.requests.tier`, message: tierFault });
  }
  return {
    ...rest,
    name,
    kind,
    endpoint: new URL(endpoint).origin,
    credentials: resolveLogin(credentials, { ...io, where: `${io.where}.credentials` }),
    webhookSecret: resolveWebhookSecret(webhookSecret, io),
    eventQueueUrl: resolveQueueUrl(eventQueueUrl, io),
    allowInsecure,
  };
}

function resolveLogin(login: RegistryDefinition['credentials'], io: ResolveIo): RegistryLogin {
  const secret = (value: Secret, key: string) => resolveSecret(value, { ...io, where: `${io.where}.${key}` });
  switch (login.kind) {
    case 'basic':
      return { ...login, password: secret(login.password, 'password') };
    case 'client-secret':
      return { ...login, clientSecret: secret(login.clientSecret, 'clientSecret') };
    case 'client-certificate':
      return { ...login, certificate: secret(login.certificate, 'certificate') };
    default:
      return login;
  }
}

function resolveWebhookSecret(secret: Secret | undefined, io: ResolveIo): string | undefined {
  if (secret === undefined) return undefined;
  const where = `${io.where}.webhookSecret`;
  const value = resolveSecret(secret, { ...io, where });
  if (value !== '' && value.length < 16) io.report({ where, message: 'must have at least 16 characters' });
  return value;
}

function resolveQueueUrl(secret: Secret | undefined, io: ResolveIo): string | undefined {
  if (secret === undefined) return undefined;
  const where = `${io.where}.eventQueueUrl`;
  const value = resolveSecret(secret, { ...io, where });
  const fault = value === '' ? undefined : queueAddressFault(value);
  if (fault !== undefined) io.report({ where, message: fault });
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
