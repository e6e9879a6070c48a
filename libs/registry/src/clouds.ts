import type { AzureCloud } from '@tidewaiter/contracts';

/** What differs between Azure's clouds, as data. */
export interface CloudFacts {
  readonly registrySuffix: string;
  /** What the names of storage accounts and Service Bus namespaces end in. */
  readonly serviceDomain: string;
  /** As `az cloud set --name` knows it. */
  readonly cliName: string;
  readonly authority: string;
  readonly armAudience: string;
  /**
   * What Entra tokens are asked for, the best first. Older registries take tokens for Azure Resource Manager only, hardened
   * ones refuse those: https://learn.microsoft.com/azure/container-registry/container-registry-disable-authentication-as-arm
   */
  readonly audiences: readonly string[];
  /**
   * Where blobs come from: storage, or a data endpoint of the registry.
   * https://learn.microsoft.com/azure/container-registry/container-registry-firewall-access-rules
   */
  readonly contentHosts: readonly string[];
}

export const clouds: Readonly<Record<AzureCloud, CloudFacts>> = {
  public: cloud({
    registrySuffix: 'azurecr.io',
    serviceDomain: 'windows.net',
    cliName: 'AzureCloud',
    authority: 'https://login.microsoftonline.com',
    audience: 'https://containerregistry.azure.net',
    armAudience: 'https://management.azure.com',
    storageHosts: '*.blob.core.windows.net',
  }),
  china: cloud({
    registrySuffix: 'azurecr.cn',
    serviceDomain: 'chinacloudapi.cn',
    cliName: 'AzureChinaCloud',
    authority: 'https://login.chinacloudapi.cn',
    audience: 'https://containerregistry.azure.cn',
    armAudience: 'https://management.chinacloudapi.cn',
    storageHosts: '*.blob.core.chinacloudapi.cn',
  }),
  'us-government': cloud({
    registrySuffix: 'azurecr.us',
    serviceDomain: 'usgovcloudapi.net',
    cliName: 'AzureUSGovernment',
    authority: 'https://login.microsoftonline.us',
    audience: 'https://containerregistry.azure.us',
    armAudience: 'https://management.usgovcloudapi.net',
    storageHosts: '*.blob.core.usgovcloudapi.net',
  }),
};

/** The cloud of a login server (`contoso.azurecr.cn`, with or without port); undefined for a name that is not Azure's. */
export function cloudOfHost(host: string): AzureCloud | undefined {
  return cloudBy('registrySuffix', host);
}

/** The registry as Azure's commands know it. Its login server may add a hash to the name, behind a dash that no name has. */
export function registryNameOf(host: string): string {
  return host.split(/[-.:]/)[0] ?? '';
}

/** The cloud of a storage account or a Service Bus namespace; the public one for a name that is not Azure's. */
export function cloudOfService(host: string): AzureCloud {
  return cloudBy('serviceDomain', host) ?? 'public';
}

/** Whether it is the name of the queues of a storage account, or of a Service Bus namespace, in a cloud of Azure. */
export function isAzureQueueHost(host: string): boolean {
  return /^[^.]+\.(?:queue\.core|servicebus)\./i.test(host) && cloudBy('serviceDomain', host) !== undefined;
}

function cloudBy(ending: 'registrySuffix' | 'serviceDomain', host: string): AzureCloud | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  const ids: readonly AzureCloud[] = ['public', 'china', 'us-government'];
  return ids.find((id) => name.endsWith(`.${clouds[id][ending]}`));
}

function cloud({
  audience,
  storageHosts,
  ...facts
}: Omit<CloudFacts, 'audiences' | 'contentHosts'> & {
  readonly audience: string;
  readonly storageHosts: string;
}): CloudFacts {
  return {
    ...facts,
    audiences: [audience, facts.armAudience],
    contentHosts: [storageHosts, `*.data.${facts.registrySuffix}`],
  };
}
