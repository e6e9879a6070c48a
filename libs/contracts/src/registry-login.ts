import { z } from 'zod';

/** Azure's clouds. Each has its own registries, its own Microsoft Entra ID and its own storage. */
export const AzureCloud = z.enum(['public', 'china', 'us-government']);
export type AzureCloud = z.infer<typeof AzureCloud>;

/** Ours for a registry, not its own: it is part of the address of its webhook. */
export const RegistryName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes');
export type RegistryName = z.infer<typeof RegistryName>;

/** A host that a registry may send us to. */
export const HostPattern = z
  .string()
  .max(260)
  .regex(/^(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:\d{1,5})?$/, 'must be a host, host:port or *.suffix');
export type HostPattern = z.infer<typeof HostPattern>;

const Name = z.string().min(1).max(1_024);

/**
 * How we sign in to a registry: the one list of ways that a configuration file, the REST API and a stored row share. They
 * differ in how a secret is written.
 *
 * - `basic`: a user name with its password: the admin user, a repository-scoped token, a service principal, any other registry.
 * - `entra`: whatever identity the process has: its environment, workload identity, managed identity, a developer's login.
 * - the rest: one way to get a token of Microsoft Entra ID and no other, so that a mistake is said at once.
 */
export function registryLogin<S extends z.ZodType>(secret: S) {
  return z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('anonymous') }),
    z.strictObject({ kind: z.literal('basic'), username: Name, password: secret }),
    z.strictObject({ kind: z.literal('entra'), tenantId: Name.optional(), clientId: Name.optional() }),
    z.strictObject({
      kind: z.literal('workload-identity'),
      tenantId: Name.optional(),
      clientId: Name.optional(),
      /** What AZURE_FEDERATED_TOKEN_FILE says when left out. */
      tokenFile: z.string().min(1).max(4_096).optional(),
    }),
    z
      .strictObject({
        kind: z.literal('managed-identity'),
        /** Of a user-assigned identity; the system-assigned one without both. */
        clientId: Name.optional(),
        resourceId: Name.optional(),
      })
      .refine(
        (login) => login.clientId === undefined || login.resourceId === undefined,
        'names an identity by "clientId" or by "resourceId", not by both',
      ),
    z.strictObject({ kind: z.literal('client-secret'), tenantId: Name, clientId: Name, clientSecret: secret }),
    /** PEM: the certificate and its private key, in any order. */
    z.strictObject({ kind: z.literal('client-certificate'), tenantId: Name, clientId: Name, certificate: secret }),
    z.strictObject({ kind: z.literal('azure-cli'), tenantId: Name.optional() }),
  ]);
}

export const RegistryLogin = registryLogin(z.string().min(1).max(65_536));
export type RegistryLogin = z.infer<typeof RegistryLogin>;

/** Where a registry lies in Azure and what may be said about it besides its address. */
export const AzurePlace = z.strictObject({
  /** What the name of the registry says when left out. */
  cloud: AzureCloud.optional(),
  /** What Entra tokens are asked for; the cloud's own audiences when left out. */
  audience: z.url({ protocol: /^https$/ }).optional(),
  /** Where Entra tokens are asked for. */
  authority: z.url({ protocol: /^https$/ }).optional(),
});
export type AzurePlace = z.infer<typeof AzurePlace>;
