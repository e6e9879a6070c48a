import { advisoriesConfig } from './slices/advisories';
import { apiConfig } from './slices/api';
import { cliConfig } from './slices/cli';
import { databaseConfig } from './slices/database';
import { dataDirConfig } from './slices/data-dir';
import { httpConfig } from './slices/http';
import { knownBasesConfig } from './slices/known-bases';
import { logConfig } from './slices/log';
import { networkConfig } from './slices/network';
import { publicUrlConfig } from './slices/public-url';
import { redisConfig } from './slices/redis';
import { registriesConfig } from './slices/registries';
import { retentionConfig } from './slices/retention';
import { slackConfig } from './slices/slack';
import { workerConfig } from './slices/worker';
import type { Setting, Settings } from './slice';

interface DocumentedSlice {
  readonly title: string;
  readonly doc: string;
  readonly settings: Settings;
}

/** Every slice there is, in the order of the page. */
const documentedSlices: readonly DocumentedSlice[] = [
  databaseConfig,
  redisConfig,
  registriesConfig,
  knownBasesConfig,
  retentionConfig,
  advisoriesConfig,
  apiConfig,
  slackConfig,
  publicUrlConfig,
  workerConfig,
  ...Object.values(httpConfig),
  networkConfig,
  dataDirConfig,
  logConfig,
  cliConfig,
];

/** docs/configuration.md, made from the settings themselves. */
export function renderConfigurationPage(): string {
  return [
    '# Configuration',
    '',
    '<!-- Generated from libs/config by `node --import ./tools/typescript/register.mjs tools/config-docs/main.ts`. -->',
    '',
    'Everything is set by environment variables. A process reads the ones it needs when it starts, reports all problems',
    'together and ends with exit code 78 when there are any. A variable that is empty counts as missing.',
    '',
    'A variable marked *secret* can also be given as `NAME_FILE`, the path of a file that holds the value.',
    '',
    ...documentedSlices.flatMap((slice) => [...sectionOf(slice), '']),
    ...registriesFileSection,
  ].join('\n');
}

function sectionOf({ title, doc, settings }: DocumentedSlice): readonly string[] {
  return [
    `## ${title}`,
    '',
    doc,
    '',
    '| variable | default | meaning |',
    '|---|---|---|',
    ...Object.values(settings).map(rowOf),
  ];
}

function rowOf({ env, doc, secret, presence }: Setting<unknown>): string {
  const standard =
    presence.kind === 'default' ? `\`${presence.text}\`` : presence.kind === 'required' ? '**required**' : 'not set';
  return `| \`${env}\`${secret ? ' *secret*' : ''} | ${standard} | ${doc} |`;
}

const registriesFileSection = [
  '## The file of TIDEWAITER_CONFIG',
  '',
  '```json',
  '{',
  '  "registries": [',
  '    {',
  '      "name": "production",',
  '      "kind": "acr",',
  '      "endpoint": "https://example.azurecr.io",',
  '      "credentials": { "kind": "basic", "username": "tidewaiter", "password": { "file": "/run/secrets/acr" } },',
  '      "webhookSecret": { "env": "PRODUCTION_WEBHOOK_SECRET" },',
  '      "allowInsecure": false',
  '    }',
  '  ]',
  '}',
  '```',
  '',
  '- `name`: lower-case letters, digits and dashes; part of the address of the webhook, `/hooks/acr/<name>`.',
  '- `kind`: `acr` (Azure Container Registry) or `oci` (any other registry).',
  '- `credentials`: how we sign in, one of (optional fields in brackets)',
  '  - `{ "kind": "anonymous" }`, which is the default;',
  '  - `{ "kind": "basic", "username", "password" }`: a repository-scoped token, the admin user, any other registry;',
  '  - `{ "kind": "entra", ["tenantId"], ["clientId"] }`: whatever Microsoft Entra identity the process has: its',
  '    environment, workload identity, managed identity, a login of the Azure CLI;',
  '  - `{ "kind": "workload-identity", ["tenantId"], ["clientId"], ["tokenFile"] }`: what AKS injects, and nothing else;',
  '  - `{ "kind": "managed-identity", ["clientId" or "resourceId"] }`: system-assigned without either;',
  '  - `{ "kind": "client-secret", "tenantId", "clientId", "clientSecret" }`;',
  '  - `{ "kind": "client-certificate", "tenantId", "clientId", "certificate" }`: PEM, with the private key in it;',
  '  - `{ "kind": "azure-cli", ["tenantId"] }`: on a laptop.',
  '- `cloud`: `public`, `china` or `us-government`; the name of the registry says it when left out. `audience` and',
  '  `authority` replace what the cloud says about where Entra tokens come from and what they are for.',
  '- `allowedHosts`: more hosts that blobs or tokens may come from (`host`, `host:port`, `*.suffix`). The storage and data',
  '  endpoints of the cloud are allowed without it.',
  '- `repositories`: which repositories there are, for an identity that may read them but not list them.',
  '- `webhookSecret`: at least 16 characters. Without it no webhook of this registry is accepted.',
  "- `resourceId`: Azure's id of the registry. Events of Event Grid must come from it; without it the name in their id must",
  '  be that of the endpoint.',
  '- `eventGrid`: `{ "entra": { "tenantId", "audience" } }` accepts deliveries with a token of Microsoft Entra besides those',
  '  with the secret. `jwksUrl`, `issuer` and `eventGridAppId` are for other clouds than the public one.',
  '  `"followValidationUrl": true` also answers the handshake by its address, when that is an address of Event Grid.',
  '- `eventQueueUrl`: a queue to which Event Grid writes. Without a signature or key in it, the identity of the machine, or the one',
  '  that `AZURE_CLIENT_ID` names, needs the role; it is a secret with one. One of',
  '  - `https://ACCOUNT.queue.core.windows.net/QUEUE`, with a shared access signature or none (Storage Queue Data Message',
  '    Processor);',
  '  - `https://NAMESPACE.servicebus.windows.net/QUEUE` or `.../TOPIC/subscriptions/NAME` (Azure Service Bus Data Receiver);',
  '  - the connection string of a Service Bus, `Endpoint=sb://...`, with `EntityPath=QUEUE` or `EntityPath=TOPIC/subscriptions/NAME`.',
  '- `allowInsecure`: `true` allows an endpoint with plain HTTP.',
  '- `scope`: what of it is looked at, and `protectedTags`: patterns of tags that must not move; [ledger.md](ledger.md) has both.',
  '- `requests`: what it answers in a minute, which all workers together stay below: `tier` (`basic`, `standard`, the default,',
  '  or `premium`) of an ACR, or `perMinute` and `referrersPerMinute` in numbers.',
  '- `actuator`: what may be changed in it, nothing by default; [actuator.md](actuator.md) has its rules.',
  '- A secret is a string, `{ "env": "NAME" }` or `{ "file": "PATH" }`.',
  '',
];
