import type { Option } from './command';

export const allowHostOption: Option = {
  value: 'HOST',
  help: 'a host besides the registry that blobs or tokens may come from: host, host:port or *.suffix',
  multiple: true,
};

/** How to sign in to a registry, where a command does nothing else with it. */
export const loginOptions: Readonly<Record<string, Option>> = {
  login: {
    value: 'KIND',
    help: 'anonymous, basic, entra (any identity this process has), workload-identity, managed-identity, client-secret,\nclient-certificate or azure-cli; without it entra for an Azure Container Registry and anonymous for others',
  },
  username: { value: 'NAME', help: 'user for the registry (basic)' },
  'password-stdin': { help: 'read the password, or the client secret, from standard input' },
  'tenant-id': { value: 'ID', help: 'the tenant of the identity' },
  'client-id': { value: 'ID', help: 'the application, or the user-assigned managed identity' },
  'resource-id': { value: 'ID', help: 'the user-assigned managed identity, by its Azure id' },
  'token-file': { value: 'FILE', help: 'the federated token; without it what AZURE_FEDERATED_TOKEN_FILE names' },
  certificate: { value: 'FILE', help: 'PEM file with certificate and private key' },
  cloud: { value: 'CLOUD', help: 'public, china or us-government; without it what the name of the registry says' },
  audience: { value: 'URL', help: 'what Entra tokens are asked for' },
  authority: { value: 'URL', help: 'where Entra tokens are asked for' },
  insecure: { help: 'speak plain HTTP to the registry' },
  'allow-host': allowHostOption,
};
