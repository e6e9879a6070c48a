import { DisturbanceRates } from '@tidewaiter/acr-emulator';
import { z } from 'zod';

const Scopes = z.array(z.string().regex(/^[^:]+:.+:[^:]+$/, 'not of the form type:name:action,action')).optional();

/** The settings file of the emulator. Secrets are in it, so it should be readable by its owner only. */
export const EmulatorSettings = z
  .object({
    users: z.array(z.object({ username: z.string().min(1), password: z.string().min(1), scopes: Scopes }).strict()),
    identities: z
      .array(z.object({ subject: z.string().min(1), accessToken: z.string().min(1), scopes: Scopes }).strict())
      .optional(),
    anonymousPull: z.boolean().optional(),
    webhooks: z
      .array(
        z
          .object({
            name: z.string(),
            url: z.url({ protocol: /^https?$/ }),
            headers: z.record(z.string(), z.string()).default({}),
            actions: z.array(z.enum(['push', 'delete'])).min(1),
            scope: z.string().default(''),
          })
          .strict(),
      )
      .optional(),
    /** Paths of PEM files. */
    tls: z.object({ keyFile: z.string(), certFile: z.string() }).strict().optional(),
    dataEndpoint: z.boolean().optional(),
    /** Refuses requests beyond the budgets of the tier. */
    throttling: z
      .object({ tier: z.enum(['basic', 'standard', 'premium']) })
      .strict()
      .optional(),
    disturbances: DisturbanceRates.optional(),
  })
  .strict();
export type EmulatorSettings = z.infer<typeof EmulatorSettings>;
