import { DisturbanceRates, EventDisturbanceRates, ThrottlingSettings } from '@tidewaiter/acr-emulator';
import { z } from 'zod';

const Scopes = z.array(z.string().regex(/^[^:]+:.+:[^:]+$/, 'not of the form type:name:action,action')).exactOptional();

const ScopeMapAction = z.enum(['content/read', 'content/write', 'content/delete', 'metadata/read', 'metadata/write']);

const RoleAssignment = z.strictObject({
  role: z.enum([
    'AcrPull',
    'AcrPush',
    'AcrDelete',
    'AcrQuarantineReader',
    'AcrQuarantineWriter',
    'Reader',
    'Contributor',
    'Owner',
    'Container Registry Repository Reader',
    'Container Registry Repository Writer',
    'Container Registry Repository Contributor',
    'Container Registry Repository Catalog Lister',
  ]),
  repositories: z.array(z.string().min(1)).exactOptional(),
});

const Application = z.strictObject({
  clientId: z.string().min(1),
  subject: z.string().min(1),
  secrets: z.array(z.string().min(1)).exactOptional(),
  /** PEM. */
  certificates: z.array(z.string().min(1)).exactOptional(),
  federatedCredentials: z
    .array(
      z.strictObject({
        issuer: z.string().min(1),
        subject: z.string().min(1),
        publicKey: z.string().min(1),
        audience: z.string().min(1).exactOptional(),
      }),
    )
    .exactOptional(),
});

const Seconds = z.int().min(1).max(86_400).exactOptional();

/** The settings file of the emulator. Secrets are in it, so it should be readable by its owner only. */
export const EmulatorSettings = z
  .object({
    users: z.array(
      z.strictObject({
        username: z.string().min(1),
        password: z.string().min(1),
        secondPassword: z.string().min(1).exactOptional(),
        scopes: Scopes,
      }),
    ),
    tokens: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          passwords: z
            .array(z.strictObject({ value: z.string().min(1), expiry: z.iso.datetime().exactOptional() }))
            .max(2),
          scopeMap: z.record(z.string().min(1), z.array(ScopeMapAction)),
          disabled: z.boolean().exactOptional(),
        }),
      )
      .exactOptional(),
    identities: z
      .array(
        z.strictObject({
          subject: z.string().min(1),
          accessToken: z.string().min(1).exactOptional(),
          scopes: Scopes,
          roles: z.array(RoleAssignment).exactOptional(),
        }),
      )
      .exactOptional(),
    roleAssignmentMode: z.enum(['rbac', 'rbac-abac']).exactOptional(),
    /** An Entra ID and a metadata service beside the registry; uses the certificate of `tls`. */
    entra: z
      .strictObject({
        tenantId: z.string().min(1),
        port: z.number().int().min(0).max(65_535).exactOptional(),
        metadataPort: z.number().int().min(0).max(65_535).exactOptional(),
        applications: z.array(Application).exactOptional(),
        managedIdentities: z
          .array(
            z.strictObject({
              subject: z.string().min(1),
              clientId: z.string().min(1).exactOptional(),
              resourceId: z.string().min(1).exactOptional(),
            }),
          )
          .exactOptional(),
      })
      .exactOptional(),
    anonymousPull: z.boolean().exactOptional(),
    webhooks: z
      .array(
        z
          .object({
            name: z.string(),
            url: z.url({ protocol: /^https?$/ }),
            headers: z.record(z.string(), z.string()).default({}),
            actions: z.array(z.enum(['push', 'delete', 'quarantine'])).min(1),
            scope: z.string().default(''),
          })
          .strict(),
      )
      .exactOptional(),
    eventSubscriptions: z
      .array(
        z.strictObject({
          name: z.string(),
          url: z.url({ protocol: /^https?$/ }),
          schema: z.enum(['eventgrid', 'cloudevents']),
          headers: z.record(z.string(), z.string()).exactOptional(),
          retryDelaysMs: z.array(z.int().nonnegative()).max(30).exactOptional(),
        }),
      )
      .exactOptional(),
    resourceId: z.string().min(1).exactOptional(),
    eventDisturbances: EventDisturbanceRates.exactOptional(),
    /** Paths of PEM files. */
    tls: z.object({ keyFile: z.string(), certFile: z.string() }).strict().exactOptional(),
    dataEndpoint: z.boolean().exactOptional(),
    dataLinkSeconds: Seconds,
    accessTokenSeconds: Seconds,
    refreshTokenSeconds: Seconds,
    /** The quarantine policy: what is pushed waits until it is marked `Passed`. */
    quarantine: z.boolean().exactOptional(),
    /** What is deleted can be restored for so many days. */
    softDelete: z.strictObject({ retentionDays: z.int().min(1).max(90) }).exactOptional(),
    /** Refuses requests beyond the budgets of the tier, or those given here. */
    throttling: ThrottlingSettings.exactOptional(),
    disturbances: DisturbanceRates.exactOptional(),
  })
  .strict();
export type EmulatorSettings = z.infer<typeof EmulatorSettings>;
