import { stat } from 'node:fs/promises';
import { HostPattern, type ImageSource } from '@tidewaiter/contracts';
import { UserError } from '@tidewaiter/kit';
import type { Invocation } from './command';
import { wrongUsage } from './options';
import type { Terminal } from './terminal';

export type OpenedTarget =
  | {
      readonly kind: 'image';
      readonly source: ImageSource;
      /** `host/name`, of an image in a registry. */
      readonly repository?: string;
    }
  | { readonly kind: 'rootfs'; readonly path: string }
  | { readonly kind: 'document'; readonly read: (limitBytes: number) => Promise<Uint8Array> };

export interface RegistryAccess {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly insecure: boolean;
  readonly allowedHosts: readonly string[];
}

/** The target that is no path: what is piped in. */
const standardInput = '-';

const maxPasswordBytes = 64 * 1024;

/** @throws CommandFailure when the options do not belong together. */
export async function registryAccess(invocation: Invocation, terminal: Terminal): Promise<RegistryAccess> {
  const username = invocation.text('username');
  const wantsPassword = invocation.has('password-stdin');
  if ((username !== undefined) !== wantsPassword) {
    throw wrongUsage('--username and --password-stdin belong together: the password comes from standard input.');
  }
  return {
    username,
    password: wantsPassword ? await readPassword(terminal) : undefined,
    insecure: invocation.has('insecure'),
    allowedHosts: allowedHosts(invocation),
  };
}

/** Besides those that are known to belong to a registry. */
export function allowedHosts(invocation: Invocation): readonly string[] {
  const hosts = invocation.list('allow-host');
  const wrong = hosts.find((host) => !HostPattern.safeParse(host).success);
  if (wrong !== undefined) throw wrongUsage(`--allow-host is a host, host:port or *.suffix, and "${wrong}" is none.`);
  return hosts;
}

/**
 * What exists on this machine is read from it. Anything else must name its registry's host: a mistyped path must not
 * become a question to a registry that nobody meant.
 */
export async function openNamedTarget(
  target: string,
  access: RegistryAccess,
  terminal: Terminal,
): Promise<OpenedTarget> {
  if (target === standardInput) {
    if (access.password !== undefined) throw wrongUsage('Standard input cannot be the target and hold the password.');
    return { kind: 'document', read: (limitBytes) => readStdin(terminal, limitBytes) };
  }
  if (namesHost(target) && !(await exists(target))) return openRegistryTarget(target, access);
  const { openTarget } = await import('@tidewaiter/image');
  try {
    return await openTarget(target);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'target-not-found') throw error;
    throw new UserError(
      'target-not-found',
      `There is no ${target} here. Name an existing path, or an image with its registry's host, such as host.example/name:tag.`,
      { cause: error },
    );
  }
}

async function openRegistryTarget(target: string, access: RegistryAccess): Promise<OpenedTarget> {
  const { createRegistryClient, parseReference, registrySource } = await import('@tidewaiter/registry');
  const { registry, repository, tag, digest } = parseReference(target);
  const client = createRegistryClient({
    registry,
    ...(access.insecure && { plainHttp: true }),
    allowedHosts: access.allowedHosts,
    credentials:
      access.username === undefined || access.password === undefined
        ? { kind: 'anonymous' }
        : { kind: 'basic', username: access.username, password: access.password },
  });
  return {
    kind: 'image',
    source: registrySource(client, { repository, reference: digest ?? tag ?? 'latest' }),
    repository: `${registry}/${repository}`,
  };
}

/** `host/…` where the host has a dot or a port or is `localhost`, and which does not begin like a path. */
function namesHost(target: string): boolean {
  const host = /^([^/]+)\/[^/]/.exec(target)?.[1];
  return host !== undefined && !host.startsWith('.') && (/[.:]/.test(host) || host === 'localhost');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export async function readPassword(terminal: Terminal): Promise<string> {
  const bytes = await readStdin(terminal, maxPasswordBytes);
  if (bytes.length > maxPasswordBytes) throw wrongUsage('What standard input holds is too long for a password.');
  const password = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (password === '') throw wrongUsage('--password-stdin was given, but standard input is empty.');
  return password;
}

/** At most one chunk more than the limit. */
async function readStdin(terminal: Terminal, limitBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of terminal.stdin) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) break;
  }
  return Buffer.concat(chunks);
}
