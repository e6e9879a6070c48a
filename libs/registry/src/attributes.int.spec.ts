import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAcrEmulator, type AcrEmulator, type EmulatorIdentity } from '@tidewaiter/acr-emulator';
import { createAttributeClient, type ManifestAttributes } from './attributes';
import { createRegistryClient } from './client';
import { Pusher } from './spec-support';

const admin = { username: 'admin', password: 'a-password' };
const roles = {
  cluster: ['AcrPull'],
  locker: ['AcrPush'],
  scanner: ['AcrPull', 'AcrQuarantineReader', 'AcrQuarantineWriter'],
} as const;
const identities = Object.entries(roles).map(([subject, held]): EmulatorIdentity => ({
  subject,
  accessToken: `${subject}.entra.token`,
  roles: held.map((role) => ({ role })),
}));

let dataDir: string;
let emulator: AcrEmulator;
let digest: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tidewaiter-acr-'));
  emulator = await startAcrEmulator({ dataDir, port: 0, users: [admin], identities, quarantine: true });
  ({ digest } = await new Pusher(emulator.url, admin).image('team/api', '1'));
});

afterAll(async () => {
  await emulator.close();
  await rm(dataDir, { recursive: true });
});

function optionsOf(subject: keyof typeof roles) {
  const getToken = () => Promise.resolve(`${subject}.entra.token`);
  const credential = { audiences: ['https://containerregistry.azure.net'], getToken };
  return { registry: emulator.url, credentials: { kind: 'entra', credential }, attempts: 1 } as const;
}

const untouched = { deleteEnabled: true, writeEnabled: true, listEnabled: true, readEnabled: true };

describe('the attributes of manifests', () => {
  it('are read one by one and by pages, with the mark of the quarantine', async () => {
    const client = createAttributeClient({ ...optionsOf('cluster'), pageSize: 1 });
    const expected = { digest, ...untouched, quarantineState: 'Quarantined' };
    expect(await client.manifest({ repository: 'team/api', digest })).toEqual(expected);
    await new Pusher(emulator.url, admin).image('team/two', '1');
    await new Pusher(emulator.url, admin).image('team/two', '2');
    const found: ManifestAttributes[] = [];
    for await (const one of client.manifests('team/two')) found.push(one);
    expect(found.map(({ quarantineState }) => quarantineState)).toEqual(['Quarantined', 'Quarantined']);
  });

  it('are marked by the writer of the quarantine, and by nobody else', async () => {
    const name = { repository: 'team/api', digest };
    const passed = { state: 'Passed', details: JSON.stringify({ scanner: 'tidewaiter' }) } as const;
    const cluster = createRegistryClient(optionsOf('cluster'));
    await expect(cluster.head('team/api', digest)).rejects.toMatchObject({ code: 'registry-disallowed' });
    for (const subject of ['cluster', 'locker'] as const) {
      const client = createAttributeClient(optionsOf(subject));
      await expect(client.mark(name, passed)).rejects.toMatchObject({ code: 'registry-unauthorized' });
    }
    const scanner = createAttributeClient(optionsOf('scanner'));
    await scanner.mark(name, passed);
    expect(await scanner.manifest(name)).toMatchObject({
      quarantineState: 'Passed',
      quarantineDetails: passed.details,
    });
    expect((await cluster.head('team/api', '1')).digest).toBe(digest);
  });

  it('keep an image from being pulled, and let it be pulled again', async () => {
    const name = { repository: 'team/api', digest };
    const cluster = createRegistryClient(optionsOf('cluster'));
    const locker = createAttributeClient(optionsOf('locker'));
    await locker.setReadable(name, false);
    expect(await locker.manifest(name)).toMatchObject({ ...untouched, readEnabled: false });
    await expect(cluster.manifest('team/api', '1')).rejects.toMatchObject({ code: 'registry-disallowed' });
    await locker.setReadable(name, true);
    expect((await cluster.manifest('team/api', '1')).digest).toBe(digest);
    const scanner = createAttributeClient(optionsOf('scanner'));
    await expect(scanner.setReadable(name, false)).rejects.toMatchObject({ code: 'registry-unauthorized' });
    const gone = { repository: 'team/api', digest: `sha256:${'0'.repeat(64)}` };
    await expect(locker.setReadable(gone, false)).rejects.toMatchObject({ code: 'manifest-unknown' });
  });
});
