import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { mediaTypes } from '@tidewaiter/contracts';
import { recountSuppressed } from '@tidewaiter/features/matches';
import { OperationalError, silentLogger } from '@tidewaiter/kit';
import { buildImage, buildLayer, npmPackage, sha256, type BuiltImage } from '@tidewaiter/testing';
import { recordDeleted } from './sighting';
import { debianImage, debianLayer, ScanSite } from './testing/scan-site';

let site: ScanSite;
beforeEach(async () => {
  site = await ScanSite.open();
});
afterEach(() => site.close());

const base = debianLayer('openssl=3.0.1-1 zlib=1.2-1');
const onTop = buildLayer([npmPackage('app/node_modules/lodash')]);
const top = sha256(onTop.bytes);
const web = buildImage({ layers: [base, onTop] });

/** A manifest that is no image: a chart, a signature. */
function artifact(): BuiltImage {
  const blob = Buffer.from('{}');
  const config = { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: sha256(blob), size: blob.length };
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [] }),
  );
  const digest = sha256(manifest);
  const blobs = new Map([
    [digest, manifest],
    [config.digest, blob],
  ]);
  return {
    descriptor: { mediaType: mediaTypes.ociManifest, digest, size: manifest.length },
    configDigest: config.digest,
    blobs,
  };
}

describe('a scan', () => {
  it('records the image with its packages, verdicts and counts, and tells', async () => {
    const outcome = await site.run({ image: web, tag: '1.0' });
    expect(outcome.pulledBytes).toBeGreaterThan(0);
    expect(await site.lastScan()).toMatchObject({ state: 'finished', attempts: 1, errorCode: null });
    const image = await site.image(web);
    expect(image).toMatchObject({ state: 'scanned', platform: 'linux/amd64', osId: 'debian', osVersionId: '12' });
    expect(image.counts).toMatchObject({ packages: 3, critical: 1, high: 1, fixable: 1, undetermined: 0 });
    expect(image.parts.map((part) => part.layerIndex).sort()).toEqual([0, 1]);
    expect(await site.messages()).toMatchObject([
      { payload: { tag: '1.0', counts: { critical: 1, high: 1 }, images: [{ state: 'scanned', complete: true }] } },
    ]);
  });

  it('trap: records a package once that its layers spell in two ways', async () => {
    const pyyaml = (path: string, name: string) =>
      buildLayer([{ path: `${path}/${name}-5.3.dist-info/METADATA`, content: `Name: ${name}\nVersion: 5.3\n` }]);
    const image = buildImage({ layers: [base, pyyaml('a', 'PyYAML'), pyyaml('b', 'pyyaml')] });
    await site.run({ image, tag: '1.0' });
    const packages = await site.database.package.findMany({ where: { ecosystem: 'PyPI' } });
    expect(packages.map(({ name }) => name)).toEqual(['PyYAML']);
    const { parts, counts } = await site.image(image);
    expect(counts).toMatchObject({ packages: 3 });
    expect(parts.map((part) => part.layerIndex).sort()).toEqual([0, 1, 2]);
  });

  it('after an extractor was revised pulls the layers it had read files of, and no others', async () => {
    await site.run({ image: web, tag: '1.0' });
    const evidence = await site.database.layerEvidence.findMany();
    for (const { key, evidence: bytes } of evidence) {
      const text = zstdDecompressSync(bytes)
        .toString()
        .replace(/"npm@\d+"/, '"npm@0"');
      await site.database.layerEvidence.update({ where: { key }, data: { evidence: zstdCompressSync(text) } });
    }
    await site.database.image.updateMany({ data: { inventoryKey: 'older' } });
    site.registry.pulled.length = 0;
    await site.run({ image: web, tag: '1.0', cause: 'revision' });
    expect(site.registry.pulled.filter((digest) => digest !== web.configDigest)).toEqual([top]);
    expect(await site.image(web)).toMatchObject({ state: 'scanned', counts: { packages: 3 } });
    expect(await site.database.layerEvidence.count()).toBe(evidence.length);
    // What was read again is kept.
    await site.run({ image: web, tag: '1.0', cause: 'user' });
    expect(site.registry.pulled.filter((digest) => digest === top)).toHaveLength(1);
  });

  it('of an image that is known pulls nothing and tells nothing, in whatever repository', async () => {
    await site.run({ image: web, tag: '1.0' });
    site.registry.pulled.length = 0;
    const transitions = await site.database.transition.count();
    expect(await site.run({ image: web, tag: '1.0' })).toMatchObject({ pulledBytes: 0 });
    expect(await site.run({ image: web, repository: 'team/copy', tag: '1.0' })).toMatchObject({ pulledBytes: 0 });
    expect(site.registry.pulled.filter((digest) => digest !== web.configDigest)).toEqual([]);
    expect(await site.database.transition.count()).toBe(transitions);
    // Another repository is other news.
    expect((await site.messages()).map((message) => message.subject.split('@')[0]).sort()).toEqual([
      'verdict test/team/api',
      'verdict test/team/copy',
    ]);
  });

  it('of an image that is known counts what is vouched for by the name it has there', async () => {
    await site.run({ image: web, tag: '1.0' });
    const { url } = await site.database.registry.findFirstOrThrow();
    const product = `pkg:oci/copy?repository_url=${new URL(url).host}/team/copy`;
    const feed = { id: 'vex', feed: 'vex', source: 'vex', state: 'ok' };
    await site.database.feedState.create({ data: feed });
    await site.database.vexStatement.create({
      data: {
        ...{ feedId: 'vex', document: 'vex.json', author: 'Acme', timestamp: '2026-01-01T00:00:00Z', status: 'fixed' },
        vulnerabilities: ['CVE-2024-1000'],
        products: [{ purl: product, subcomponents: [] }],
      },
    });
    await site.run({ image: web, repository: 'team/copy', tag: '1.0' });
    expect((await site.image(web)).counts).toMatchObject({ critical: 0, high: 1, suppressed: 1 });
    const gone = {
      registryId: site.registryId,
      repository: 'team/copy',
      digests: undefined,
      source: 'webhook',
    } as const;
    await site.database.$transaction((tx) => recordDeleted(tx, gone));
    expect(await recountSuppressed(site.database)).toBe(1);
    expect((await site.image(web)).counts).toMatchObject({ critical: 1, suppressed: null });
  });

  it('shares the part of a base layer with other images', async () => {
    const other = buildImage({ layers: [base, buildLayer([npmPackage('app/node_modules/minimist')])] });
    await site.run({ image: web, tag: '1.0' });
    await site.run({ image: other, repository: 'team/other', tag: '1.0' });
    const [one, two] = [await site.image(web), await site.image(other)];
    const partOfBase = (image: typeof one) => image.parts.find((part) => part.layerIndex === 0)?.partId;
    expect(partOfBase(one)).toBe(partOfBase(two));
    expect(await site.database.inventoryPart.count()).toBe(3);
  });

  it('of two images at once that share everything leaves each row once', async () => {
    const ids = await Promise.all(
      ['a', 'b', 'c', 'd'].map((repository) => site.order({ image: web, repository, tag: '1.0' })),
    );
    await Promise.all(ids.map((id) => site.carryOut(id)));
    expect(await site.database.image.count()).toBe(1);
    expect(await site.database.package.count()).toBe(3);
    expect(await site.database.match.count()).toBe(2);
    expect(await site.database.transition.count()).toBe(2);
    expect((await site.image(web)).counts).toMatchObject({ critical: 1, high: 1 });
  });

  it('that is delivered again after its end does nothing', async () => {
    const id = await site.order({ image: web, tag: '1.0' });
    await site.carryOut(id);
    expect(await site.carryOut(id)).toEqual({ images: 0, pulledBytes: 0 });
  });

  it('that waits in the backfill moves up when a push asks for it, and is carried out there only', async () => {
    const { digest } = web.descriptor;
    const request = { registryId: site.registryId, repository: 'team/api', tag: '1.0', digest };
    site.registry.push('team/api', web, '1.0');
    const scanId = await site.requestScan.request({ ...request, cause: 'reconcile' });
    expect(await site.queues.stateOf('image.scan.backfill', { scanId })).toBe('waiting');
    expect(await site.requestScan.request({ ...request, cause: 'push' })).toBe(scanId);
    expect(await site.queues.stateOf('image.scan.backfill', { scanId })).toBeUndefined();
    expect(await site.queues.stateOf('image.scan.push', { scanId })).toBe('waiting');
    // What is less urgent moves nothing down, and what a user asks for stays his.
    expect(await site.requestScan.request({ ...request, cause: 'user' })).toBe(scanId);
    const context = { attempt: 1, signal: new AbortController().signal, logger: silentLogger };
    expect(await site.scanImage.scan(scanId, { ...context, lane: 'backfill' })).toMatchObject({ images: 0 });
    expect(await site.lastScan()).toMatchObject({ state: 'queued', lane: 'push', cause: 'user', attempts: 0 });
    expect(await site.scanImage.scan(scanId, { ...context, lane: 'push' })).toMatchObject({ images: 1 });
  });

  it('survives whatever the builder of the image wrote into it', async () => {
    const evil = buildImage({
      layers: [buildLayer([npmPackage('app/node_modules/evil', '1\u0000\ud800')])],
      config: { created: 'never\u0000', history: [{ created_by: 'RUN \u0000\udfff' }] },
    });
    await site.run({ image: evil, tag: '1.0' });
    expect(await site.lastScan()).toMatchObject({ state: 'finished' });
  });
});

describe('what is no image', () => {
  it('is unsupported, says why, and alerts nobody', async () => {
    const chart = artifact();
    await site.run({ image: chart, tag: '1.0' });
    expect(await site.lastScan()).toMatchObject({ state: 'finished' });
    const image = await site.image(chart);
    expect(image.state).toBe('unsupported');
    expect(image.reason).toEqual(expect.any(String));
    expect(await site.messages()).toEqual([]);
  });

  it('or is not sound has failed, with the reason, where people look', async () => {
    const unsound = buildImage({ layers: [base], config: { rootfs: { type: 'layers', diff_ids: [] } } });
    await site.run({ image: unsound, tag: '1.0' });
    expect(await site.image(unsound)).toMatchObject({ state: 'failed', reasonCode: 'config-layers-mismatch' });
    // Another try would bring the same bytes.
    expect(await site.database.manifest.findFirstOrThrow()).toMatchObject({ failures: 0, retryAt: null });
    expect(await site.messages()).toMatchObject([{ payload: { images: [{ state: 'failed', complete: false }] } }]);
  });

  it('or is not there fails the scan for good', async () => {
    const id = await site.order({ image: web, tag: '1.0' });
    await site.database.manifest.updateMany({ data: { digest: `sha256:${'0'.repeat(64)}` } });
    await expect(site.carryOut(id)).rejects.toMatchObject({ code: 'manifest-unknown' });
    expect(await site.lastScan()).toMatchObject({ state: 'failed', errorCode: 'manifest-unknown' });
  });
});

describe('a registry that wants no more requests', () => {
  it('for a while has the scan put off, however often, without one attempt lost', async () => {
    const id = await site.order({ image: web, tag: '1.0' });
    site.registry.failure = new OperationalError('registry-throttled', 'later', { retryAfterSeconds: 216 });
    for (let time = 0; time < 25; time += 1)
      await expect(site.carryOut(id, { attempt: 5 })).rejects.toMatchObject({ name: 'PutOff', forMs: 216_000 });
    expect(await site.lastScan()).toMatchObject({ state: 'queued', attempts: 0, errorCode: 'registry-throttled' });
    // Who asks for it meanwhile waits for the same.
    expect(await site.order({ image: web, tag: '1.0' })).toBe(id);
    site.registry.failure = undefined;
    await site.carryOut(id);
    expect(await site.lastScan()).toMatchObject({ state: 'finished', errorCode: null });
  });

  it('for a moment has had one attempt', async () => {
    const id = await site.order({ image: web, tag: '1.0' });
    site.registry.failure = new OperationalError('registry-throttled', 'later', { retryAfterSeconds: 2 });
    await expect(site.carryOut(id)).rejects.toMatchObject({ name: 'OperationalError' });
    await expect(site.carryOut(id, { attempt: 5 })).rejects.toMatchObject({ name: 'OperationalError' });
    expect(await site.lastScan()).toMatchObject({ state: 'failed', attempts: 2 });
  });
});

describe('a layer that cannot be had', () => {
  const last = 5;

  it('keeps what was read, and waits for the next attempt without an alert', async () => {
    site.registry.unavailable.add(top);
    const id = await site.order({ image: web, tag: '1.0' });
    await expect(site.carryOut(id)).rejects.toMatchObject({ code: 'layers-unavailable' });
    expect(await site.lastScan()).toMatchObject({ state: 'queued', attempts: 1, errorCode: 'layers-unavailable' });
    expect(await site.image(web)).toMatchObject({ state: 'partial', counts: { packages: 2, critical: 1 } });
    expect(await site.messages()).toEqual([]);
    site.registry.unavailable.clear();
    await site.carryOut(id, { attempt: 2 });
    expect(await site.lastScan()).toMatchObject({ state: 'finished', errorCode: null });
    expect(await site.image(web)).toMatchObject({ state: 'scanned', counts: { packages: 3 } });
    expect(await site.messages()).toHaveLength(1);
  });

  it('is told of as a partial result when it never comes', async () => {
    site.registry.unavailable.add(top);
    await site.run({ image: web, tag: '1.0', attempt: last });
    expect(await site.lastScan()).toMatchObject({ state: 'finished' });
    expect(await site.messages()).toMatchObject([{ payload: { images: [{ state: 'partial', complete: false }] } }]);
  });

  it.each([
    ['does not come', () => site.registry.unavailable.add(top), 'partial'],
    ['is at a host nobody planned', () => site.registry.elsewhere.add(top), 'partial'],
    ['is the config, at a host nobody planned', () => site.registry.elsewhere.add(web.configDigest), 'failed'],
  ])('is asked for again later where it %s, and people are told of the rest', async (_why, hide, state) => {
    hide();
    await site.run({ image: web, tag: '1.0', attempt: last });
    expect(await site.image(web)).toMatchObject({ state });
    const { retryAt } = await site.database.manifest.findFirstOrThrow();
    expect(retryAt?.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
    site.registry.unavailable.clear();
    site.registry.elsewhere.clear();
    for (const cause of ['retry', 'user'] as const) await site.run({ image: web, tag: '1.0', cause });
    expect(await site.image(web)).toMatchObject({ state: 'scanned', counts: { packages: 3, critical: 1 } });
    expect(await site.database.manifest.findFirstOrThrow()).toMatchObject({ failures: 0, retryAt: null });
    expect((await site.messages()).map(({ payload }) => payload)).toMatchObject([
      { images: [{ state }] },
      { images: [{ state: 'scanned' }], packages: 3 },
    ]);
  });

  it('never takes the last good result away; the scan says so', async () => {
    await site.run({ image: web, tag: '1.0' });
    await site.database.layerEvidence.deleteMany();
    site.registry.unavailable.add(top);
    await site.run({ image: web, tag: '1.0', attempt: last, cause: 'user' });
    expect(await site.image(web)).toMatchObject({ state: 'scanned', counts: { packages: 3, critical: 1 } });
    expect(await site.lastScan()).toMatchObject({ state: 'finished', errorCode: 'result-kept' });
  });

  it('takes not even the good result of older extractors away', async () => {
    await site.run({ image: web, tag: '1.0' });
    await site.database.layerEvidence.deleteMany();
    await site.database.image.updateMany({ data: { inventoryKey: 'older' } });
    site.registry.unavailable.add(top);
    await site.run({ image: web, tag: '1.0', attempt: last });
    expect(await site.image(web)).toMatchObject({ state: 'scanned', counts: { packages: 3 } });
    site.registry.unavailable.clear();
    await site.run({ image: web, tag: '1.0' });
    expect((await site.image(web)).inventoryKey).not.toBe('older');
  });
});

describe('a worker that dies or stops', () => {
  it('leaves the scan to the next one, as it is', async () => {
    const id = await site.order({ image: web, tag: '1.0' });
    const signal = AbortSignal.abort(new Error('stopping'));
    await expect(site.carryOut(id, { signal })).rejects.toThrow();
    expect(await site.lastScan()).toMatchObject({ state: 'running', errorCode: null });
    await site.carryOut(id);
    expect(await site.lastScan()).toMatchObject({ state: 'finished', attempts: 2 });
  });

  it('because its time is up has failed this attempt', async () => {
    const id = await site.order({ image: web, tag: '1.0' });
    const signal = AbortSignal.abort(new OperationalError('job-timeout', 'too slow'));
    await expect(site.carryOut(id, { signal })).rejects.toThrow();
    expect(await site.lastScan()).toMatchObject({ state: 'queued', errorCode: 'job-timeout' });
  });

  it('or has yet to take the registry leaves the scan to another attempt', async () => {
    const { id: registryId } = await site.database.registry.create({
      data: { name: 'new', kind: 'acr', url: 'https://new.azurecr.io', managedBy: 'rest' },
    });
    const { digest } = web.descriptor;
    const id = await site.requestScan.request({ registryId, repository: 'team/api', digest, cause: 'push' });
    await expect(site.carryOut(id)).rejects.toMatchObject({ code: 'registry-not-taken-yet' });
    expect(await site.lastScan()).toMatchObject({ state: 'queued', errorCode: 'registry-not-taken-yet' });
  });

  it('twenty times over the same image is not asked again', async () => {
    const id = await site.order({ image: web, tag: '1.0' });
    await site.database.scan.update({ where: { id }, data: { state: 'running', attempts: 20 } });
    expect(await site.carryOut(id)).toEqual({ images: 0, pulledBytes: 0 });
    expect(await site.lastScan()).toMatchObject({ state: 'failed', errorCode: 'scan-given-up' });
  });
});

describe('an image with nothing to tell it by', () => {
  it('is told of with its digest', async () => {
    const bare = debianImage('openssl=3.0.1-1');
    await site.run({ image: bare });
    const [message] = await site.messages();
    expect(message?.payload).not.toHaveProperty('tag');
    expect(message?.payload.digest).toBe(bare.descriptor.digest);
  });
});
