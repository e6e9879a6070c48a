import type { RegistryLogin } from '@tidewaiter/contracts';
import { registryNameOf } from '../clouds';

export type CheckName =
  'resolve' | 'reach' | 'tls' | 'authenticate' | 'list' | 'manifest' | 'blob' | 'referrers' | 'event-queue' | 'webhook';

/** What went wrong, as far as advice depends on it. */
export interface Failure {
  readonly step: CheckName;
  /** Of our own error, or of the operating system's. */
  readonly code: string;
  readonly message: string;
}

export interface AdviceContext {
  /** Host without port. */
  readonly host: string;
  readonly login: RegistryLogin;
  readonly isAzure: boolean;
}

const pullRoles =
  'the role "AcrPull"; in a registry with ABAC repository permissions AcrPull, Reader and Owner do not count: there it is ' +
  '"Container Registry Repository Reader", with a condition that covers the repository or with none';
const listRole = '"Container Registry Repository Catalog Lister"';
/** Docker Hub refuses everybody, GHCR has no such list. */
const listsNothing: ReadonlySet<string> = new Set(['registry-1.docker.io', 'ghcr.io']);
const patience = 'A new role assignment counts within ten minutes.';

/** What Node says where the other side speaks plain HTTP. */
export const noTls = 'ERR_SSL_WRONG_VERSION_NUMBER';
/** What no registry says. */
const notOfRegistries: ReadonlySet<string> = new Set([
  'registry-document-invalid',
  'registry-paging-invalid',
  'registry-token-invalid',
  'registry-challenge-invalid',
  'manifest-type-missing',
]);

/** What to do about it: the role, the rule or the setting that is missing, in words to act on. */
export function adviceFor(failure: Failure, context: AdviceContext): string {
  if (failure.code === 'host-not-allowed' && failure.step !== 'blob') {
    return 'If that host belongs to this registry (it may give out its tokens), add it to the registry\'s "allowedHosts".';
  }
  if (
    notOfRegistries.has(failure.code) ||
    (failure.code === 'registry-api-missing' && failure.step === 'authenticate')
  ) {
    return `Something else than a registry answers at ${context.host}, or something in between does (a proxy, a page to sign in): check the address, and what is at its /v2/.`;
  }
  if (failure.code === 'registry-throttled') return 'The registry asks for fewer requests; try again in a minute.';
  switch (failure.step) {
    case 'resolve':
      return context.isAzure
        ? `Check the name: az acr show -n ${registryName(context)} --query loginServer. With a private endpoint, link the private DNS zone privatelink.${suffix(context)} to this network.`
        : 'Check the name, and which name server this machine asks.';
    case 'reach':
      return reachAdvice(failure, context);
    case 'tls':
      if (failure.code === noTls)
        return 'If it is meant to be spoken to without encryption, say so: "allowInsecure" in its description, --insecure here. Else check the port.';
      return 'Something between here and the registry presents a certificate of its own, or the registry uses a private authority: give that authority to this process as NODE_EXTRA_CA_CERTS.';
    case 'authenticate':
      return signInAdvice(failure, context);
    case 'list':
      return listAdvice(failure, context);
    case 'manifest':
      return manifestAdvice(failure, context);
    case 'blob':
      return blobAdvice(failure, context);
    case 'event-queue':
      return queueAdvice(failure);
    default:
      return accessAdvice(context);
  }
}

function reachAdvice({ code }: Failure, context: AdviceContext): string {
  if (code === 'network-rule') {
    return context.isAzure
      ? `The registry's network rules refuse this address: az acr network-rule add -n ${registryName(context)} --ip-address ADDRESS, or reach it through a private endpoint.`
      : 'Something in front of the registry refuses this address.';
  }
  const rule = `Allow outgoing connections to ${context.host} at its port, and to the hosts that hold its blobs`;
  return `${rule}: firewall, network security group, or the proxy that HTTPS_PROXY should name.`;
}

function signInAdvice({ message }: Failure, { login, isAzure, host }: AdviceContext): string {
  const byEntra = entraAdvice(message, login);
  if (byEntra !== undefined) return byEntra;
  if (login.kind === 'anonymous') {
    return isAzure
      ? `Anonymous pull is off. Give credentials, or (not advised) az acr update -n ${registryName({ host })} --anonymous-pull-enabled true.`
      : 'The registry wants credentials.';
  }
  if (login.kind === 'basic') {
    return isAzure
      ? 'User name or password is wrong, expired or disabled. For a token: az acr token credential generate; for the admin user: az acr credential show, and whether it is enabled.'
      : 'User name or password is wrong.';
  }
  return `Entra knows the identity, the registry does not: it needs ${pullRoles}. ${patience}`;
}

/** Advice for the numbers Entra refuses with: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const entraRefusals: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /AADSTS(70021|700211|700212|700213)\b/,
    'No federated credential of the identity fits: its issuer must be the cluster\'s OIDC issuer, its subject "system:serviceaccount:NAMESPACE:NAME", its audience "api://AzureADTokenExchange".',
  ],
  [/AADSTS(7000215|7000222)\b/, 'The client secret is wrong or has expired: az ad app credential reset.'],
  [/AADSTS700027\b/, 'The certificate is not registered at the application: az ad app credential reset --cert.'],
  [/AADSTS700016\b/, 'There is no such application in that tenant: check "clientId" and "tenantId".'],
  [
    /AADSTS90002\b|endpoints_resolution_error/,
    'There is no such tenant at that authority: check "tenantId" and the cloud.',
  ],
  [
    /AADSTS(500011|500014|650057)\b/,
    'The tenant does not know the audience: check the cloud, or set "audience" to the one of Azure Resource Manager.',
  ],
  [/Identity not found/, 'The machine has no such managed identity: assign it to the machine, and check "clientId".'],
];

function entraAdvice(message: string, login: RegistryLogin): string | undefined {
  const refusal = entraRefusals.find(([pattern]) => pattern.test(message));
  if (refusal !== undefined) return refusal[1];
  if (!message.startsWith('Microsoft Entra gave no token')) return undefined;
  switch (login.kind) {
    case 'workload-identity':
      return 'The pod has no federated token: label it azure.workload.identity/use: "true" and annotate its service account with azure.workload.identity/client-id.';
    case 'managed-identity':
      return 'The metadata service gave no token: is this an Azure machine with a managed identity, and may it reach 169.254.169.254?';
    case 'azure-cli':
      return 'Sign in first: az login.';
    default:
      return 'None of the identities this process could have gave a token; name the one you mean, so that its own reason is shown.';
  }
}

function listAdvice({ code }: Failure, { login, isAzure, host }: AdviceContext): string {
  const named =
    'name the repositories in the description of the registry ("repositories"), which are then watched instead';
  if (!isAzure && (code === 'registry-api-missing' || listsNothing.has(host))) {
    return `This registry lists its repositories to nobody: ${named}.`;
  }
  const instead = `or ${named}`;
  if (!isAzure) return `This identity may not list repositories: give it that right, ${instead}.`;
  if (login.kind === 'basic')
    return `A repository-scoped token never lists repositories: use an Entra identity, ${instead}.`;
  return `Listing is a right of its own in a registry with ABAC repository permissions: it needs ${listRole}; without ABAC, "AcrPull" is enough. Assign it, ${instead}.`;
}

function manifestAdvice(failure: Failure, context: AdviceContext): string {
  if (failure.code === 'manifest-unknown' || failure.code === 'repository-unknown') {
    return 'Name another repository or tag. An image in quarantine is hidden from identities without "AcrQuarantineReader".';
  }
  return accessAdvice(context);
}

function accessAdvice({ login, isAzure }: AdviceContext): string {
  if (!isAzure) return 'The identity may not pull from this repository.';
  if (login.kind === 'basic') {
    return "The token's scope map must have content/read and metadata/read for this repository: az acr scope-map update.";
  }
  return `The identity needs ${pullRoles}. ${patience}`;
}

function blobAdvice({ code }: Failure, context: AdviceContext): string {
  if (code === 'host-not-allowed') {
    return 'If that host is where this registry keeps its blobs, add it to the registry\'s "allowedHosts".';
  }
  if (!context.isAzure) return 'Allow outgoing connections to the host that holds the blobs.';
  return `Allow outgoing HTTPS to where the blobs are: the storage accounts of the cloud, or, narrower, the registry's own data endpoints (az acr update -n ${registryName(context)} --data-endpoint-enabled true), which with a private endpoint need their own records in the private DNS zone.`;
}

/** Where none came. */
export function webhookAdvice(isAzure: boolean): string {
  return isAzure
    ? 'Make one: tidewaiter connect azure prints the command. Push an image, then look at az acr webhook list-events.'
    : 'Make one in the registry: POST to /hooks/SOURCE/REGISTRY of the receiver, with the secret; docs/events.md lists the sources.';
}

function queueAdvice({ code, message }: Failure): string {
  switch (code) {
    case 'event-queue-unauthorized':
    case 'event-queue-denied':
      return 'Assign the role to the identity that fetches: tidewaiter connect azure --queue ID prints the command. Or correct the key in "eventQueueUrl".';
    case 'event-queue-unknown':
    case 'event-queue-address-invalid':
      return 'Make the queue, or correct "eventQueueUrl": tidewaiter connect azure --queue ID prints what it is.';
    case 'event-queue-throttled':
    case 'event-queue-unavailable':
      return 'It may pass; try again in a minute.';
    case 'event-queue-unread':
      return 'Events are fetched by the receiver: is one running, with this configuration, and can it reach the database?';
    default:
      return (
        entraAdvice(message, { kind: 'entra' }) ??
        'Allow outgoing connections to the queue at port 443, and check its name: firewall, network security group, or the proxy that HTTPS_PROXY should name.'
      );
  }
}

function registryName({ host }: { readonly host: string }): string {
  return registryNameOf(host);
}

function suffix({ host }: AdviceContext): string {
  return host.split('.').slice(1).join('.');
}
