import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAcrEmulator, type AcrEmulator } from '@tidewaiter/acr-emulator';
import { readCounts } from '@tidewaiter/features/matches';
import { RequestScan } from '@tidewaiter/features/scans';
import { pushSample, sampleImages } from '@tidewaiter/samples';
import { listen, until, WorkSite, type Listener } from './testing/work-site';

const secret = 'a-secret-of-this-test';
const login = { username: 'pusher', password: 'pusher-password' };

describe('from a push to an alert', () => {
  let dir: string;
  let emulator: AcrEmulator;
  let receiver: Listener;
  let site: WorkSite;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidewaiter-jobs-'));
    receiver = await listen((request, body) => site.receive('test', request, body));
    const headers = { Authorization: `Bearer ${secret}` };
    emulator = await startAcrEmulator({
      dataDir: join(dir, 'registry'),
      port: 0,
      users: [login],
      webhooks: [{ name: 'hook', url: receiver.url, headers, actions: ['push', 'delete'], scope: '' }],
    });
    const registry = {
      name: 'test',
      kind: 'acr',
      endpoint: emulator.url,
      credentials: { kind: 'basic', ...login },
      webhookSecret: secret,
      allowInsecure: true,
    } as const;
    site = await WorkSite.open({ directory: dir, registries: [registry], recoverEveryMs: 1_000 });
  }, 60_000);

  afterAll(async () => {
    await site.close();
    await emulator.close();
    await receiver.close();
    await rm(dir, { recursive: true, force: true });
  });

  const [web] = sampleImages;
  if (web === undefined) throw new Error('there is no sample');

  it('scans what was pushed and tells about it once', async () => {
    await pushSample({ url: emulator.url, ...login }, web);
    const { database, messages } = site;
    await until('the message', () => Promise.resolve(messages.length > 0));
    expect(messages).toHaveLength(1);
    expect(messages[0]?.text).toContain('shop/web:1.0');
    const [counts] = (await readCounts(database)).values();
    // Critical: CVE-2023-38545 in curl and libcurl4, CVE-2021-44906, CVE-2023-45853.
    expect(counts).toMatchObject({ packages: 14, critical: 4, high: 5, fixable: 8 });
    const open = await database.match.findMany({ include: { package: true, vulnerability: true } });
    expect(
      open.map((match) => `${match.vulnerability.name} ${match.package.name} -> ${match.fixedIn ?? 'none'}`).sort(),
    ).toEqual([
      'CVE-2021-23337 lodash -> 4.17.21',
      'CVE-2021-44906 minimist -> 1.2.6',
      'CVE-2023-38545 curl -> 7.88.1-10+deb12u4',
      'CVE-2023-38545 libcurl4 -> 7.88.1-10+deb12u4',
      'CVE-2023-45853 zlib1g -> none',
      'CVE-2023-4911 libc-bin -> 2.36-9+deb12u3',
      'CVE-2023-4911 libc6 -> 2.36-9+deb12u3',
      'CVE-2023-5363 libssl3 -> 3.0.11-1~deb12u2',
      'CVE-2023-5363 openssl -> 3.0.11-1~deb12u2',
    ]);
  }, 60_000);

  it('pulls nothing and tells nothing when the same digest is scanned again', async () => {
    const { app, database, messages } = site;
    const { digest, repositoryId } = await database.manifest.findFirstOrThrow();
    const { name, registryId } = await database.repository.findFirstOrThrow({ where: { id: repositoryId } });
    const before = await database.transition.count();
    const id = await app
      .get(RequestScan, { strict: false })
      .request({ registryId, repository: name, tag: '1.0', digest, cause: 'user' });
    await until(
      'the second scan',
      async () => (await database.scan.findUniqueOrThrow({ where: { id } })).state === 'finished',
    );
    await sleep(1_500);
    const scan = await database.scan.findUniqueOrThrow({ where: { id } });
    expect(scan.pulledBytes).toBe(0n);
    expect(await database.transition.count()).toBe(before);
    expect(messages).toHaveLength(1);
  }, 60_000);
});
