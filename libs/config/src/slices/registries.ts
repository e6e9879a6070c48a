import { messageOf } from '@tidewaiter/kit';
import { z } from 'zod';
import { defineSlice, optional, withDefault, type SliceIo } from '../slice';
import { flag, listOf, text } from '../value';
import { RegistryDefinition, resolveRegistry, type RegistryConfig } from './registry-definition';

export interface RegistriesConfig {
  readonly registries: readonly RegistryConfig[];
  /** The first one encrypts the credentials of registries that REST makes; every one decrypts. */
  readonly secretKeys: readonly SecretKey[];
}

export interface SecretKey {
  readonly id: string;
  /** 32 bytes in base64. */
  readonly key: string;
}

const secretKey = z
  .string()
  .regex(
    /^[a-z0-9-]{1,32}:[A-Za-z0-9+/]{43}=$/,
    'must be a name, a colon and 32 random bytes in base64: echo "k1:$(openssl rand -base64 32)"',
  )
  .transform((text): SecretKey => {
    const [id = '', key = ''] = text.split(':');
    return { id, key };
  });

const settings = {
  file: optional('TIDEWAITER_CONFIG', text(), {
    doc: 'A JSON file that lists registries; its form is below.',
  }),
  loginServer: optional(
    'ACR_LOGIN_SERVER',
    z
      .string()
      .regex(/^[A-Za-z0-9.-]{1,253}(:\d{1,5})?$/, 'must be a host such as example.azurecr.io, without https://'),
    {
      doc: 'One registry without a file: its host, such as example.azurecr.io.',
    },
  ),
  username: optional('ACR_USERNAME', text(), {
    doc: 'A token or service principal that may pull. Without it the identity of the machine is used (Microsoft Entra ID).',
  }),
  password: optional('ACR_PASSWORD', text(), { doc: 'The password of ACR_USERNAME.', secret: true }),
  webhookSecret: optional('ACR_WEBHOOK_SECRET', z.string().min(16, 'must have at least 16 characters'), {
    doc: 'What the webhook of the registry sends as its secret; at least 16 characters. Needed with ACR_LOGIN_SERVER.',
    secret: true,
  }),
  secretKeys: optional('REGISTRY_SECRET_KEYS', listOf(secretKey), {
    doc: 'Keys `name:base64 of 32 bytes`, separated by commas, that encrypt the credentials of registries made by REST. The first one encrypts, the others only decrypt. Without any, REST makes no registries.',
    secret: true,
  }),
  allowInsecure: withDefault('ACR_ALLOW_INSECURE', 'false', flag(), {
    doc: 'true speaks plain HTTP to ACR_LOGIN_SERVER: for a registry on the same machine.',
  }),
} as const;

export const registriesConfig = defineSlice({
  title: 'Registries',
  doc: 'Which registries are watched. Without any, the standalone process starts its own with sample images.',
  settings,
  finish: (values, io): RegistriesConfig => {
    const fromFile = values.file === undefined ? [] : readRegistriesFile(values.file, io);
    const single = singleRegistry(values, io);
    const registries = single === undefined ? fromFile : [...fromFile, single];
    reportDoubles(registries, io);
    return { registries, secretKeys: distinctKeys(values.secretKeys ?? [], io) };
  },
});

const RegistriesFile = z.strictObject({ registries: z.array(RegistryDefinition).min(1).max(1_000) });

function readRegistriesFile(file: string, io: SliceIo): readonly RegistryConfig[] {
  let document: unknown;
  try {
    document = JSON.parse(io.readFile(file));
  } catch (error) {
    io.report({
      where: 'TIDEWAITER_CONFIG',
      message: `names ${file}, which is not a readable JSON file: ${messageOf(error)}`,
    });
    return [];
  }
  const parsed = RegistriesFile.safeParse(document);
  if (!parsed.success) {
    for (const issue of parsed.error.issues.slice(0, 20)) {
      io.report({ where: `${file} ${pathText(issue.path)}`.trim(), message: issue.message });
    }
    return [];
  }
  return parsed.data.registries.map((definition, index) =>
    resolveRegistry(definition, { ...io, where: `${file} registries[${index}]` }),
  );
}

interface SingleRegistryValues {
  readonly loginServer: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly webhookSecret: string | undefined;
  readonly allowInsecure: boolean;
}

function singleRegistry(values: SingleRegistryValues, io: SliceIo): RegistryConfig | undefined {
  const { loginServer, username, password, webhookSecret, allowInsecure } = values;
  if (loginServer === undefined) {
    for (const [env, value] of Object.entries({
      ACR_USERNAME: username,
      ACR_PASSWORD: password,
      ACR_WEBHOOK_SECRET: webhookSecret,
    })) {
      if (value !== undefined) io.report({ where: env, message: 'is set, but ACR_LOGIN_SERVER is not' });
    }
    return undefined;
  }
  if (username !== undefined && password === undefined) {
    io.report({ where: 'ACR_PASSWORD', message: 'is missing, but ACR_USERNAME is set. Set it or ACR_PASSWORD_FILE.' });
  }
  if (username === undefined && password !== undefined) {
    io.report({ where: 'ACR_USERNAME', message: 'is missing, but ACR_PASSWORD is set' });
  }
  if (webhookSecret === undefined) {
    io.report({
      where: 'ACR_WEBHOOK_SECRET',
      message: 'is missing, but ACR_LOGIN_SERVER is set. Set it or ACR_WEBHOOK_SECRET_FILE.',
    });
  }
  const firstLabel = loginServer.toLowerCase().split(/[.:]/)[0] ?? '';
  return {
    name: firstLabel === '' ? 'registry' : firstLabel,
    kind: 'acr',
    endpoint: `${allowInsecure ? 'http' : 'https'}://${loginServer}`,
    credentials:
      username === undefined || password === undefined ? { kind: 'entra' } : { kind: 'basic', username, password },
    webhookSecret,
    allowInsecure,
  };
}

function distinctKeys(keys: readonly SecretKey[], io: SliceIo): readonly SecretKey[] {
  const ids = keys.map(({ id }) => id);
  const double = ids.find((id, index) => ids.indexOf(id) !== index);
  if (double !== undefined) {
    io.report({ where: 'REGISTRY_SECRET_KEYS', message: `has two keys with the name ${JSON.stringify(double)}` });
  }
  return keys;
}

function reportDoubles(registries: readonly RegistryConfig[], io: SliceIo): void {
  const seen = new Set<string>();
  for (const { name } of registries) {
    if (seen.has(name))
      io.report({ where: 'registries', message: `two registries have the name ${JSON.stringify(name)}` });
    seen.add(name);
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
