import { join } from 'node:path';
import { startAcrEmulator, type AcrEmulator, type AcrEmulatorOptions } from '@tidewaiter/acr-emulator';
import type { PushTarget } from '@tidewaiter/samples';
import { writeAdvisories } from '../advisory-directory';
import { Installation } from '../installation';
import { freePort } from '../ports';
import { endAll } from '../processes';
import { startSlackReceiver, type SlackReceiver } from '../slack-receiver';
import { startOwnServices, type OwnServices } from './own-services';

/** An installation with several workers and its queue in Redis, on services that are its alone, and a registry that throttles. */
export interface OwnSite {
  readonly services: OwnServices;
  readonly installation: Installation;
  readonly emulator: AcrEmulator;
  readonly slack: SlackReceiver;
  /** For pushing, and for looking what is there: another identity than the installation's. */
  readonly pusher: PushTarget;
  close(): Promise<void>;
}

export interface OwnSiteOptions {
  /** A directory that is this site's alone. */
  readonly directory: string;
  readonly workers: number;
  /** Requests a minute that the registry allows the installation. */
  readonly readsPerMinute: number;
  /** What happens to the registry's events on their way; nothing when left out. */
  readonly eventDisturbances?: NonNullable<AcrEmulatorOptions['eventDisturbances']>;
}

const lodash = {
  id: 'GHSA-2099-lodash',
  modified: '2026-01-01T00:00:00Z',
  affected: [
    {
      package: { ecosystem: 'npm', name: 'lodash' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '4.17.21' }] }],
    },
  ],
  database_specific: { severity: 'HIGH' },
};

export async function openOwnSite(options: OwnSiteOptions): Promise<OwnSite> {
  const services = await startOwnServices(options.directory);
  try {
    return await openOn(services, options);
  } catch (error) {
    await endAll();
    await services.close();
    throw error;
  }
}

async function openOn(
  services: OwnServices,
  { directory, workers, readsPerMinute, eventDisturbances = {} }: OwnSiteOptions,
): Promise<OwnSite> {
  const advisories = join(directory, 'advisories');
  await writeAdvisories(advisories, [lodash]);
  const slack = await startSlackReceiver();
  const port = await freePort();
  const [watcher, pusher] = ['watcher', 'pusher'].map((username) => ({
    username,
    password: `password-of-${username}`,
  }));
  if (watcher === undefined || pusher === undefined) throw new Error('there are two users');
  const webhookSecret = 'secret-of-the-webhook-0123';
  const url = `http://127.0.0.1:${port}`;
  const installation = await Installation.start({
    directory,
    databaseUrl: services.databaseUrl,
    queue: { REDIS_URL: services.redisUrl },
    registries: [
      {
        name: 'harbour',
        kind: 'acr',
        endpoint: url,
        credentials: { kind: 'basic', ...watcher },
        webhookSecret,
        allowInsecure: true,
        requests: { perMinute: readsPerMinute },
      },
    ],
    advisories,
    slack,
  });
  for (let replica = 2; replica <= workers; replica += 1) await installation.startServer('worker', {}, replica);
  const emulator = await startAcrEmulator({
    dataDir: join(directory, 'registry'),
    port,
    users: [watcher, pusher],
    eventDisturbances,
    throttling: {
      tier: 'premium',
      budgets: {
        read: { registry: 1_000_000, identity: readsPerMinute },
        write: { registry: 1_000_000, identity: 1_000_000 },
        delete: { registry: 1_000_000, identity: 1_000_000 },
        oauth: { registry: 1_000_000 },
      },
    },
    webhooks: [
      {
        name: 'tidewaiter',
        url: `${installation.receiverUrl}/hooks/acr/harbour`,
        headers: { Authorization: `Bearer ${webhookSecret}` },
        actions: ['push', 'delete'],
        scope: '',
      },
    ],
  });
  return {
    services,
    installation,
    emulator,
    slack,
    pusher: { url, ...pusher },
    async close() {
      await endAll();
      await emulator.close();
      await slack.close();
      await services.close();
    },
  };
}
