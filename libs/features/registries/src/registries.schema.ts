import { registrySettings } from '@tidewaiter/config';
import { RegistryLogin, RegistryName } from '@tidewaiter/contracts';
import { named, pageOf } from '@tidewaiter/server';
import { z } from 'zod';
import { PauseRecord } from './pause.schema';
import { LoginRecord, RegistrySettings } from './registry-settings.schema';

/** A registry that is or was watched. Secrets are taken and never given back. */
export const RegistryRecord = named(
  'Registry',
  z.object({
    name: z.string(),
    kind: z.enum(['acr', 'oci']),
    url: z.string(),
    /** `configuration`: described in the configuration of the processes, and changed there alone. */
    managedBy: z.enum(['configuration', 'rest']),
    ...RegistrySettings.shape,
    credentials: LoginRecord,
    hasWebhookSecret: z.boolean(),
    /** Whether events are fetched from a queue; `/api/v1/event-queues` says from which. */
    hasEventQueue: z.boolean(),
    allowInsecure: z.boolean(),
    /** How many repositories were ever seen. */
    repositoryCount: z.number().int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    /** Null when it is not paused. */
    pause: PauseRecord.nullable(),
    /** Why it is not watched although it is to be, and what to do: `registry-sealed` when no key opens its credentials. */
    problem: z.object({ code: z.string(), message: z.string() }).nullable(),
    /** Set when it is no longer watched; its history stays. */
    removedAt: z.iso.datetime().nullable(),
  }),
);
export type RegistryRecord = z.infer<typeof RegistryRecord>;

export const RegistryPage = named('RegistryPage', pageOf(RegistryRecord));
export type RegistryPage = z.infer<typeof RegistryPage>;

const Url = z.url({ protocol: /^https?$/, error: 'must be a URL such as https://example.azurecr.io' });
const WebhookSecret = z.string().min(16).max(1_024);
/** May hold a key. */
const EventQueueUrl = z.string().min(1).max(4_096);

export const CreateRegistry = named(
  'CreateRegistry',
  z.strictObject({
    name: RegistryName,
    kind: z.enum(['acr', 'oci']),
    url: Url,
    credentials: RegistryLogin.default({ kind: 'anonymous' }),
    webhookSecret: WebhookSecret.optional(),
    eventQueueUrl: EventQueueUrl.optional(),
    allowInsecure: z.boolean().default(false),
    ...registrySettings,
  }),
);
export type CreateRegistry = z.infer<typeof CreateRegistry>;

/** What is left out stays as it is; null takes a setting away. */
export const UpdateRegistry = named(
  'UpdateRegistry',
  z
    .strictObject({
      url: Url,
      credentials: RegistryLogin,
      webhookSecret: WebhookSecret.nullable(),
      eventQueueUrl: EventQueueUrl.nullable(),
      allowInsecure: z.boolean(),
      cloud: registrySettings.cloud.nullable(),
      audience: registrySettings.audience.nullable(),
      authority: registrySettings.authority.nullable(),
      allowedHosts: registrySettings.allowedHosts.nullable(),
      repositories: registrySettings.repositories.nullable(),
      resourceId: registrySettings.resourceId.nullable(),
      eventGrid: registrySettings.eventGrid.nullable(),
      requests: registrySettings.requests.nullable(),
      actuator: registrySettings.actuator.nullable(),
      scope: registrySettings.scope.nullable(),
      protectedTags: registrySettings.protectedTags.nullable(),
    })
    .partial(),
);
export type UpdateRegistry = z.infer<typeof UpdateRegistry>;

export const RegistryPath = z.object({ name: z.string().min(1).max(63) });
export type RegistryPath = z.infer<typeof RegistryPath>;

/** What a check did and saw, step by step. */
export const RegistryCheckRecord = named(
  'RegistryCheck',
  z.object({
    registry: z.string(),
    /** Whether no step failed. */
    ok: z.boolean(),
    steps: z.array(
      z.object({
        step: z.enum([
          'resolve',
          'reach',
          'tls',
          'authenticate',
          'list',
          'manifest',
          'blob',
          'referrers',
          'event-queue',
          'webhook',
        ]),
        outcome: z.enum(['ok', 'failed', 'skipped']),
        /** What was seen, or why it was not tried. */
        saw: z.string(),
        /** What to do, of a step that failed. */
        advice: z.string().optional(),
      }),
    ),
  }),
);
export type RegistryCheckRecord = z.infer<typeof RegistryCheckRecord>;
