import type { TokenCredential } from '@azure/identity';
import { cloudOfService, clouds } from '../clouds';

/**
 * Whatever identity of Microsoft Entra the process has, AZURE_CLIENT_ID naming one of several, in the cloud of the host that the
 * tokens are for. @azure/identity is loaded when it is needed.
 */
export async function machineIdentity(host: string): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  const cloud = cloudOfService(host);
  // In the public cloud AZURE_AUTHORITY_HOST stays the answer.
  return new DefaultAzureCredential(cloud === 'public' ? {} : { authorityHost: clouds[cloud].authority });
}
