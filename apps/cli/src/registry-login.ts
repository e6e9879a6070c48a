import { readFile } from 'node:fs/promises';
import { AzurePlace, RegistryLogin } from '@tidewaiter/contracts';
import { messageOf } from '@tidewaiter/kit';
import type { z } from 'zod';
import type { Invocation } from './command';
import { wrongUsage } from './options';
import { readPassword, registryAccess } from './target';
import type { Terminal } from './terminal';

/** How the options say to sign in. */
export async function chosenLogin(invocation: Invocation, host: string, terminal: Terminal): Promise<RegistryLogin> {
  const { cloudOfHost } = await import('@tidewaiter/registry');
  const username = invocation.text('username');
  const usual = username !== undefined ? 'basic' : cloudOfHost(host) === undefined ? 'anonymous' : 'entra';
  const kind = invocation.text('login') ?? usual;
  const text = (key: string, option: string) => {
    const value = invocation.text(option);
    return value === undefined ? {} : { [key]: value };
  };
  const identity = { ...text('tenantId', 'tenant-id'), ...text('clientId', 'client-id') };
  const certificate = invocation.text('certificate');
  const described = {
    kind,
    ...identity,
    ...text('username', 'username'),
    ...text('resourceId', 'resource-id'),
    ...text('tokenFile', 'token-file'),
    ...(certificate === undefined ? {} : { certificate: await readPem(certificate) }),
    ...(await secretOf(kind, invocation, terminal)),
  };
  const login = RegistryLogin.safeParse(described);
  if (login.success) return login.data;
  throw wrongUsage(`--login ${kind} does not fit its options: ${explained(login.error)}.`);
}

export function chosenPlace(invocation: Invocation): AzurePlace {
  const place = AzurePlace.safeParse({
    cloud: invocation.text('cloud'),
    audience: invocation.text('audience'),
    authority: invocation.text('authority'),
  });
  if (place.success) return place.data;
  throw wrongUsage(`The place of the registry makes no sense: ${explained(place.error)}.`);
}

async function secretOf(kind: string, invocation: Invocation, terminal: Terminal): Promise<object> {
  if (kind !== 'client-secret') {
    const { password } = await registryAccess(invocation, terminal);
    return password === undefined ? {} : { password };
  }
  if (!invocation.has('password-stdin')) {
    throw wrongUsage('--login client-secret reads the secret from standard input: give --password-stdin.');
  }
  return { clientSecret: await readPassword(terminal) };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw wrongUsage(`--certificate ${file} cannot be read: ${messageOf(error)}.`);
  }
}

/** Names and what is wrong with them; never a value, which may be a secret. */
function explained(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'it'} ${issue.message}`)
    .join('; ');
}
