import { messageOf, OperationalError } from '@tidewaiter/kit';
import type { EntraCredential } from './credentials';

/** The part of @azure/core-auth's TokenCredential that is used. */
export interface TokenGiver {
  getToken(scope: string): Promise<{ readonly token: string } | null>;
}

export interface EntraCredentialOptions {
  /** Login server; its suffix says which cloud it is in. */
  readonly registry: string;
  /** Overrides the audience of the cloud, for registries that still take only tokens for Azure Resource Manager. */
  readonly audience?: string;
  /** The default follows the environment: workload identity, managed identity, a developer's own login. */
  readonly identity?: TokenGiver;
}

/** Entra tokens for a registry. Keep one a process: tokens are cached in it. */
export function createEntraCredential(options: EntraCredentialOptions): EntraCredential {
  const scope = `${options.audience ?? audienceOf(options.registry)}/.default`;
  let identity = options.identity === undefined ? undefined : Promise.resolve(options.identity);
  return {
    async getToken() {
      identity ??= defaultIdentity();
      const token = await requestToken(await identity, scope, options.registry);
      if (token !== undefined) return token;
      throw new OperationalError('entra-token-failed', `Microsoft Entra gave no token for ${options.registry}.`);
    },
  };
}

async function requestToken(identity: TokenGiver, scope: string, registry: string): Promise<string | undefined> {
  try {
    return (await identity.getToken(scope))?.token;
  } catch (error) {
    throw new OperationalError(
      'entra-token-failed',
      `Microsoft Entra gave no token for ${registry}: ${messageOf(error).slice(0, 500)}`,
      { cause: error },
    );
  }
}

/** Loaded when it is needed: it is large, and most runs never sign in to Azure. */
async function defaultIdentity(): Promise<TokenGiver> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}

/** https://learn.microsoft.com/azure/container-registry/container-registry-disable-authentication-as-arm */
function audienceOf(registry: string): string {
  const host = registry.replace(/:\d+$/, '');
  if (host.endsWith('.azurecr.cn')) return 'https://containerregistry.azure.cn';
  if (host.endsWith('.azurecr.us')) return 'https://containerregistry.azure.us';
  return 'https://containerregistry.azure.net';
}
