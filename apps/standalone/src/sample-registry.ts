import { join } from 'node:path';
import { startAcrEmulator, type AcrEmulator } from '@tidewaiter/acr-emulator';
import type { HttpConfig, RegistryConfig } from '@tidewaiter/config';
import type { Logger } from '@tidewaiter/kit';
import { hasTag, pushSample, sampleImages, type PushTarget } from '@tidewaiter/samples';
import { keptSecret } from './secrets';

export interface SampleRegistry {
  readonly emulator: AcrEmulator;
  /** How this installation reads it. */
  readonly config: RegistryConfig;
  /** How anybody pushes to it. */
  readonly login: { readonly username: string; readonly password: string };
}

const username = 'tidewaiter';
const name = 'local';

export interface SampleRegistryOptions {
  readonly dataDir: string;
  readonly listen: HttpConfig;
  /** Base URL under which its webhooks reach the receiver. */
  readonly receiverUrl: string;
  readonly logger: Logger;
}

/** A registry of our own for those who have not configured one: the emulator, with a webhook that calls this process. */
export async function startSampleRegistry({
  dataDir,
  listen,
  receiverUrl,
  logger,
}: SampleRegistryOptions): Promise<SampleRegistry> {
  const password = await keptSecret(dataDir, 'registry-password');
  const webhookSecret = await keptSecret(dataDir, 'webhook-secret');
  const emulator = await startAcrEmulator({
    dataDir: join(dataDir, 'registry'),
    host: listen.host,
    port: listen.port,
    users: [{ username, password }],
    webhooks: [
      {
        name: 'tidewaiter',
        url: `${receiverUrl}/hooks/acr/${name}`,
        headers: { Authorization: `Bearer ${webhookSecret}` },
        actions: ['push', 'delete'],
        scope: '',
      },
    ],
    logger,
  });
  const config: RegistryConfig = {
    name,
    kind: 'acr',
    endpoint: emulator.url,
    credentials: { kind: 'basic', username, password },
    webhookSecret,
    allowInsecure: true,
  };
  return { emulator, config, login: { username, password } };
}

/** Pushes the samples that are not there yet, the way any client does. Returns how many. */
export async function seedSamples({ emulator, login }: SampleRegistry): Promise<number> {
  const target: PushTarget = { url: emulator.url, ...login };
  let pushed = 0;
  for (const image of sampleImages) {
    if (await hasTag(target, image)) continue;
    await pushSample(target, image);
    pushed += 1;
  }
  return pushed;
}
