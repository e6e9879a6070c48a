import type { AzurePlace, RegistryLogin } from '@tidewaiter/contracts';
import { messageOf, OperationalError } from '@tidewaiter/kit';
import { cloudOfHost, clouds } from './clouds';
import type { EntraCredential, RegistryCredentials } from './credentials';

/** The part of @azure/core-auth's TokenCredential that is used. */
export interface TokenGiver {
  getToken(scope: string): Promise<{ readonly token: string } | null>;
}

type EntraLogin = Exclude<RegistryLogin, { kind: 'anonymous' | 'basic' }>;

export interface EntraCredentialOptions extends AzurePlace {
  /** Login server; its suffix says which cloud it is in, unless `cloud` does. */
  readonly registry: string;
  readonly identity: () => Promise<TokenGiver>;
}

/** The credentials behind a login. Keep them as long as the client they are for: tokens are cached in them. */
export function credentialsOf(
  login: RegistryLogin,
  place: AzurePlace & { readonly registry: string },
): RegistryCredentials {
  if (login.kind === 'anonymous' || login.kind === 'basic') return login;
  const credential = createEntraCredential({ ...place, identity: () => identityOf(login, place) });
  const tenant = 'tenantId' in login ? login.tenantId : undefined;
  return { kind: 'entra', credential, ...(tenant === undefined ? {} : { tenant }) };
}

export function createEntraCredential(options: EntraCredentialOptions): EntraCredential {
  const { registry, audience } = options;
  let identity: Promise<TokenGiver> | undefined;
  return {
    audiences: audience === undefined ? clouds[cloudOf(options)].audiences : [audience.replace(/\/$/, '')],
    async getToken(wanted) {
      identity ??= options.identity();
      const token = await requestToken(identity, `${wanted}/.default`, registry);
      if (token !== undefined) return token;
      throw new OperationalError('entra-token-failed', `Microsoft Entra gave no token for ${registry}.`);
    },
  };
}

/** "The resource was not found in the tenant", in the numbers Entra has for it. */
const audienceUnknown = /AADSTS(500011|500014|650057)\b/;

async function requestToken(
  identity: Promise<TokenGiver>,
  scope: string,
  registry: string,
): Promise<string | undefined> {
  try {
    return (await (await identity).getToken(scope))?.token;
  } catch (error) {
    const said = messageOf(error);
    throw new OperationalError(
      audienceUnknown.test(said) ? 'entra-audience-unknown' : 'entra-token-failed',
      `Microsoft Entra gave no token for ${registry}: ${said.replace(/\s+/g, ' ').slice(0, 500)}`,
      { cause: error },
    );
  }
}

/** @azure/identity is loaded when it is needed: it is large, and most runs never sign in to Azure. */
async function identityOf(login: EntraLogin, place: AzurePlace & { readonly registry: string }): Promise<TokenGiver> {
  const azure = await import('@azure/identity');
  const common = authorityOptions(place);
  switch (login.kind) {
    case 'entra':
      return new azure.DefaultAzureCredential({
        ...common,
        ...given('tenantId', login.tenantId),
        ...given('managedIdentityClientId', login.clientId),
        ...given('workloadIdentityClientId', login.clientId),
      });
    case 'workload-identity':
      return new azure.WorkloadIdentityCredential({
        ...common,
        ...given('tenantId', login.tenantId),
        ...given('clientId', login.clientId),
        ...given('tokenFilePath', login.tokenFile),
      });
    case 'managed-identity':
      return login.resourceId === undefined
        ? new azure.ManagedIdentityCredential({ ...common, ...given('clientId', login.clientId) })
        : new azure.ManagedIdentityCredential({ ...common, resourceId: login.resourceId });
    case 'client-secret':
      return new azure.ClientSecretCredential(login.tenantId, login.clientId, login.clientSecret, common);
    case 'client-certificate': {
      const { tenantId, clientId, certificate } = login;
      return new azure.ClientCertificateCredential(tenantId, clientId, { certificate }, common);
    }
    case 'azure-cli':
      return new azure.AzureCliCredential(given('tenantId', login.tenantId));
  }
}

interface AuthorityOptions {
  readonly authorityHost?: string;
  readonly disableInstanceDiscovery?: boolean;
}

/** In the public cloud AZURE_AUTHORITY_HOST stays the answer; elsewhere the registry's name knows better than a default. */
function authorityOptions(place: AzurePlace & { readonly registry: string }): AuthorityOptions {
  // An authority of somebody's own is none that Microsoft's list of clouds could confirm.
  if (place.authority !== undefined) return { authorityHost: place.authority, disableInstanceDiscovery: true };
  const cloud = cloudOf(place);
  return cloud === 'public' ? {} : { authorityHost: clouds[cloud].authority };
}

function cloudOf(place: AzurePlace & { readonly registry: string }) {
  return place.cloud ?? cloudOfHost(place.registry) ?? 'public';
}

function given<K extends string>(key: K, value: string | undefined): { readonly [key in K]?: string } {
  const all: { [key in K]?: string } = {};
  if (value !== undefined) all[key] = value;
  return all;
}
