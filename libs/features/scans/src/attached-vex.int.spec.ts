import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startAcrEmulator, type AcrEmulator } from '@tidewaiter/acr-emulator';
import { mediaTypes } from '@tidewaiter/contracts';
import { recountSuppressed, whatIsSaidOf } from '@tidewaiter/features/matches';
import { RequestBudget } from '@tidewaiter/features/registries';
import { createRegistryClient } from '@tidewaiter/registry';
import { momentApart, sha256, type BuiltImage } from '@tidewaiter/testing';
import { AttachedVexDocuments } from './attached-vex';
import { recordScan } from './request-scan';
import { lockRepository } from './sighting';
import { debianImage, ScanSite } from './testing/scan-site';

const admin = { username: 'admin', password: 'a-password' };
const web = debianImage('openssl=3.0.1-1 zlib=1.2-1');
const subject = web.descriptor.digest;
let emulator: AcrEmulator;
let dataDir: string;
let site: ScanSite;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tidewaiter-attached-'));
  emulator = await startAcrEmulator({ dataDir, port: 0, users: [admin] });
});
afterAll(async () => {
  await emulator.close();
  await rm(dataDir, { recursive: true });
});
afterEach(() => site.close());

async function open(believed: readonly string[] = []): Promise<void> {
  const client = createRegistryClient({ registry: emulator.url, credentials: { kind: 'basic', ...admin } });
  site = await ScanSite.open({ attachedVex: { isRead: true, believed } });
  site.registry.attachedAt = client;
}

async function somebodyWaitsForALock(): Promise<void> {
  for (let times = 0; times < 200; times += 1) {
    const waiting = await site.database.$queryRaw<unknown[]>`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    if (waiting.length > 0) return;
    await setTimeout(20);
  }
}

async function send(method: string, path: string, body?: string, type = 'application/octet-stream'): Promise<Response> {
  const Authorization = `Basic ${Buffer.from(`${admin.username}:${admin.password}`).toString('base64')}`;
  const headers = { Authorization, 'Content-Type': type };
  const response = await fetch(new URL(path, emulator.url), { method, headers, ...(body !== undefined && { body }) });
  if (!response.ok) throw new Error(`${method} ${path} answered ${String(response.status)}`);
  return response;
}

async function blob(repository: string, text: string): Promise<{ digest: string; size: number }> {
  const started = await send('POST', `/v2/${repository}/blobs/uploads/`);
  const location = new URL(started.headers.get('location') ?? '', emulator.url);
  location.searchParams.set('digest', sha256(Buffer.from(text)));
  await send('PUT', location.href, text);
  return { digest: sha256(Buffer.from(text)), size: Buffer.byteLength(text) };
}

interface ToAttach {
  readonly repository: string;
  readonly document: string;
  readonly type: string;
  /** cosign's way: under a tag, without saying to what. */
  readonly tag?: string;
}

/** Returns the digest of the document, and the manifest as the registry has it. */
async function attach({
  repository,
  document,
  type,
  tag,
}: ToAttach): Promise<{ digest: string; artifact: BuiltImage }> {
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', ...(await blob(repository, '{}')) };
  const layer = { mediaType: type, ...(await blob(repository, document)) };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config,
    layers: [layer],
    ...(tag === undefined && { artifactType: type, subject: { ...web.descriptor } }),
  });
  const reference = tag ?? sha256(Buffer.from(manifest));
  await send('PUT', `/v2/${repository}/manifests/${reference}`, manifest, mediaTypes.ociManifest);
  const bytes = Buffer.from(manifest);
  const descriptor = { mediaType: mediaTypes.ociManifest, digest: sha256(bytes), size: bytes.length };
  const blobs = new Map([[descriptor.digest, bytes]]);
  return { digest: layer.digest, artifact: { descriptor, configDigest: config.digest, blobs } };
}

function openVex(vulnerability: string, author = 'Acme') {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `https://acme.example/${vulnerability}`,
    author,
    timestamp: '2026-01-01T00:00:00Z',
    statements: [
      {
        vulnerability: { name: vulnerability },
        products: [{ '@id': `pkg:oci/api@${encodeURIComponent(subject)}` }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_present',
      },
    ],
  };
}

function envelope(predicate: unknown): string {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'team/api', digest: { sha256: subject.slice('sha256:'.length) } }],
    predicateType: 'https://openvex.dev/ns/v0.2.0',
    predicate,
  };
  const payload = Buffer.from(JSON.stringify(statement)).toString('base64');
  return JSON.stringify({ payloadType: 'application/vnd.in-toto+json', payload, signatures: [] });
}

const now = (): Promise<Date> => momentApart(site.database);

/** What is said of the findings of the image, or was at a moment, and its counts: `CVE-2024-1000 claim Acme`. */
async function said(at?: Date): Promise<readonly string[]> {
  const { id, counts } = await site.image(web);
  const rows = await site.database.match.findMany({ include: { vulnerability: true, package: true } });
  const findings = rows.map(({ vulnerability: { name, aliases } }) => ({ vulnerability: name, aliases }));
  const saidOf = await whatIsSaidOf(site.database, id, findings, at);
  const lines = rows.map(({ vulnerability: { name, aliases }, package: pkg }) => {
    const { suppression, claim } = saidOf({ vulnerability: { id: name, aliases }, package: pkg });
    const words = [suppression && `suppressed by ${suppression.author}`, claim && `claim of ${claim.author}`];
    return [name, ...words.filter((word) => word !== undefined)].join(' ');
  });
  return [...lines.sort(), `critical ${String(counts?.critical)} high ${String(counts?.high)}`];
}

const dsse = 'application/vnd.dsse.envelope.v1+json';
const tag = subject.replace(':', '-');

describe('VEX attached to an image', () => {
  it('is shown and suppresses nothing, in whatever way it is attached, as long as nobody believes it', async () => {
    await open();
    const repository = 'team/shown';
    const type = 'application/vnd.openvex+json';
    const { digest } = await attach({ repository, document: JSON.stringify(openVex('CVE-2024-1000')), type });
    await attach({ repository, document: envelope(openVex('CVE-2024-2000', 'Eve')), type: dsse, tag: `${tag}.att` });
    await attach({ repository, document: 'no VEX', type: 'application/vnd.cncf.notary.signature' });
    await site.run({ image: web, repository, tag: '1.0' });
    const claims = ['CVE-2024-1000 claim of Acme', 'CVE-2024-2000 claim of Eve', 'critical 1 high 1'];
    expect(await said()).toEqual(claims);
    expect(await site.database.attachedVex.findMany({ where: { digest } })).toMatchObject([
      { subjectDigest: subject, isBelieved: false },
    ]);
    expect(await site.messages()).toMatchObject([{ payload: { counts: { critical: 1, high: 1 } } }]);
    // The operator comes to believe the registry, and the next worker begins.
    const before = await now();
    const options = { isRead: true, believed: ['test.registry.test/team/*'] };
    await new AttachedVexDocuments(site.database, site.registry, options).onApplicationBootstrap();
    await recountSuppressed(site.database);
    expect(await said()).toEqual([
      'CVE-2024-1000 suppressed by Acme',
      'CVE-2024-2000 suppressed by Eve',
      'critical 0 high 0',
    ]);
    expect(await said(before)).toEqual([...claims.slice(0, 2), 'critical 0 high 0']);
    expect(await said(await now())).toEqual(await said());
  });

  it('that is attached no longer is said no longer, but was', async () => {
    await open(['test.registry.test/team/*']);
    const repository = 'team/taken-away';
    const attached = await attach({ repository, document: envelope(openVex('CVE-2024-1000')), type: dsse });
    await site.run({ image: web, repository, tag: '1.0' });
    const before = await now();
    const [kept] = await site.database.vexStatement.findMany();
    await site.run({ image: web, repository, tag: '1.0', cause: 'user' });
    expect(await site.database.vexStatement.findMany()).toEqual([kept]);
    await send('DELETE', `/v2/${repository}/manifests/${attached.artifact.descriptor.digest}`);
    await site.run({ image: web, repository, tag: '1.0', cause: 'user' });
    await recountSuppressed(site.database);
    expect(await said()).toEqual(['CVE-2024-1000', 'CVE-2024-2000', 'critical 1 high 1']);
    expect(await said(before)).toEqual(['CVE-2024-1000 suppressed by Acme', 'CVE-2024-2000', 'critical 1 high 1']);
  });

  it('suppresses where the repository is believed, and nobody is alerted to what is vouched for', async () => {
    await open(['test.registry.test/team/*']);
    const repository = 'team/believed';
    await attach({ repository, document: envelope(openVex('CVE-2024-1000')), type: dsse });
    await site.run({ image: web, repository, tag: '1.0' });
    expect(await said()).toEqual(['CVE-2024-1000 suppressed by Acme', 'CVE-2024-2000', 'critical 0 high 1']);
    expect(await site.messages()).toMatchObject([
      { payload: { counts: { critical: 0, high: 1 }, findings: [{ vulnerability: 'CVE-2024-2000' }] } },
    ]);
  });

  it.each([
    ['pushed by itself', undefined],
    ["pushed under cosign's tag", `${tag}.att`],
  ])('after it was scanned, %s, has the image looked at once more', async (_how, under) => {
    await open(['test.registry.test/team/*']);
    const repository = under === undefined ? 'team/later' : 'team/later-signed';
    await site.run({ image: web, repository, tag: '1.0' });
    expect(await said()).toEqual(['CVE-2024-1000', 'CVE-2024-2000', 'critical 1 high 1']);
    const type = under === undefined ? 'application/vnd.openvex+json' : dsse;
    const document =
      under === undefined ? JSON.stringify(openVex('CVE-2024-1000')) : envelope(openVex('CVE-2024-1000'));
    const before = await now();
    const { artifact } = await attach({ repository, document, type, ...(under !== undefined && { tag: under }) });
    await site.run({ image: artifact, repository, ...(under !== undefined && { tag: under }) });
    const again = await site.lastScan();
    expect(again).toMatchObject({ state: 'queued', cause: 'attachment', lane: 'rescan', tag: null });
    expect(await site.queues.stateOf('image.scan.rescan', { scanId: again.id })).toBe('waiting');
    expect(await site.carryOut(again.id)).toEqual({ images: 1, pulledBytes: 0 });
    expect(await said()).toEqual(['CVE-2024-1000 suppressed by Acme', 'CVE-2024-2000', 'critical 0 high 1']);
    expect(await site.messages()).toHaveLength(1);
    expect(await said(before)).toEqual(['CVE-2024-1000', 'CVE-2024-2000', 'critical 0 high 1']);
  });

  it('has the image looked at once, though another who asks for it has not committed yet', async () => {
    await open();
    const repository = 'team/together';
    await site.run({ image: web, repository, tag: '1.0' });
    const { repositoryId, manifestId } = await site.lastScan();
    const document = JSON.stringify(openVex('CVE-2024-1000'));
    const { artifact } = await attach({ repository, document, type: 'application/vnd.openvex+json' });
    const id = await site.order({ image: artifact, repository });
    const scanning = await site.database.$transaction(async (tx) => {
      await lockRepository(tx, site.registryId, repository);
      const sighting = { repositoryId, registry: 'test', manifestId, previousManifestId: null };
      await recordScan(tx, { sighting, repository, digest: subject, cause: 'attachment' });
      const isDone = site.carryOut(id);
      await Promise.race([isDone, somebodyWaitsForALock()]);
      return { isDone };
    });
    await scanning.isDone;
    expect(await site.database.scan.count({ where: { cause: 'attachment' } })).toBe(1);
    expect(await site.database.scan.findUnique({ where: { id } })).toMatchObject({ state: 'finished' });
  });

  it('that is a signature is no reason to look again, nor is one of an image that is not known', async () => {
    await open();
    await site.run({ image: web, repository: 'team/signed', tag: '1.0' });
    const type = 'application/vnd.cncf.notary.signature';
    const signature = await attach({ repository: 'team/signed', document: 'no VEX', type });
    await site.run({ image: signature.artifact, repository: 'team/signed' });
    const document = JSON.stringify(openVex('CVE-2024-1000'));
    const elsewhere = await attach({ repository: 'team/other', document, type: 'application/vnd.openvex+json' });
    await site.run({ image: elsewhere.artifact, repository: 'team/other' });
    expect(await site.database.scan.count({ where: { cause: 'attachment' } })).toBe(0);
  });

  it('that cannot be read is a named problem of a scan that is done', async () => {
    await open();
    const repository = 'team/broken';
    await attach({ repository, document: '{"no": "VEX"}', type: 'application/vnd.openvex+json' });
    await site.run({ image: web, repository, tag: '1.0' });
    expect(await site.lastScan()).toMatchObject({ state: 'finished', errorCode: 'attached-vex-unreadable' });
    site.registry.attachedAt = createRegistryClient({ registry: 'http://127.0.0.1:9', attempts: 1 });
    await site.run({ image: web, repository, tag: '1.0', cause: 'user' });
    const { state, errorCode, error } = await site.lastScan();
    expect({ state, errorCode }).toEqual({ state: 'finished', errorCode: 'attached-vex-unreadable' });
    expect(error).toContain('registry-unreachable');
    expect(await said()).toHaveLength(3);
  });

  it('delays no verdict where the registry may not be asked at once: another look waits for that and asks', async () => {
    await open(['test.registry.test/team/*']);
    const repository = 'team/busy';
    await attach({
      repository,
      document: JSON.stringify(openVex('CVE-2024-1000')),
      type: 'application/vnd.openvex+json',
    });
    const few = {
      registry: 'test',
      identity: 'nobody',
      limits: { read: { perMinute: 60_000 }, referrers: { perMinute: 1 } },
    };
    const budget = new RequestBudget(site.database);
    site.registry.attachedWithin = (forReferrers) => budget.gate(few, 'push', { forReferrers });
    for (let others = 0; others < 4; others += 1) await budget.gate(few, 'push').pass('referrers', undefined);
    await site.run({ image: web, repository, tag: '1.0' });
    expect(await site.messages()).toMatchObject([{ payload: { counts: { critical: 1, high: 1 } } }]);
    const [pushed, look] = await site.database.scan.findMany({ orderBy: { requestedAt: 'asc' } });
    expect(pushed).toMatchObject({ state: 'finished', errorCode: 'attached-vex-put-off' });
    expect(look).toMatchObject({ state: 'queued', cause: 'attachment', lane: 'rescan', tag: null });
    expect(await site.queues.stateOf('image.scan.rescan', { scanId: look?.id ?? '' })).toBe('waiting');
    expect(await site.database.manifest.findMany()).toMatchObject([{ attachmentsAskedAt: null }]);
    const isDone = site.carryOut(look?.id ?? '');
    const listings = { where: { operation: 'referrers' } };
    while ((await site.database.requestBudget.findFirst(listings))?.waited !== 2n) await setTimeout(20);
    await site.database.requestBudget.updateMany({ data: { tokens: 4 } });
    expect(await isDone).toEqual({ images: 1, pulledBytes: 0 });
    expect(await said()).toEqual(['CVE-2024-1000 suppressed by Acme', 'CVE-2024-2000', 'critical 0 high 1']);
    expect(await site.lastScan()).toMatchObject({ state: 'finished', errorCode: null });
    expect(await site.database.manifest.findMany()).toMatchObject([{ attachmentsAskedAt: expect.any(Date) as Date }]);
    expect(await site.messages()).toHaveLength(1);
    // Under another name it need not be asked again; for whoever asks for it by name it is.
    await site.database.requestBudget.updateMany({ data: { tokens: 0 } });
    await site.run({ image: web, repository, tag: '1.1' });
    expect(await site.lastScan()).toMatchObject({ tag: '1.1', state: 'finished', errorCode: null });
    for (let times = 0; times < 2; times += 1) await site.run({ image: web, repository, tag: '1.0', cause: 'user' });
    const looks = { where: { cause: 'attachment', state: 'queued' } };
    expect(await site.database.scan.count(looks)).toBe(1);
  });
});
