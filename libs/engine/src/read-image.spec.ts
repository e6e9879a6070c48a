import { mediaTypes, type ImageSource, type Platform } from '@tidewaiter/contracts';
import type { Extractor } from '@tidewaiter/extractors';
import { defaultLimits } from '@tidewaiter/image';
import { ok, OperationalError, UserError } from '@tidewaiter/kit';
import {
  bookworm,
  buildImage,
  buildIndex,
  buildLayer,
  dpkg,
  layered,
  layerOfTar,
  memorySource,
  npmPackage,
  sha256,
  type BuiltImage,
} from '@tidewaiter/testing';
import { z } from 'zod';
import { extractorsFor } from './extractors-for';
import { layerSlot, memoryLayerCache, type LayerCache } from './layers/layer-cache';
import { LayerEvidence } from './layers/layer-evidence.schema';
import { readImage, type ImageReading } from './read-image';
import type { ReadProgress } from './reading-progress';
import { inventoryOf, lines } from './spec-images';

const layer = buildLayer([bookworm, dpkg('bash=1')], { createdBy: '/bin/sh -c #(nop) ADD file:1 in / ' });
const app = buildLayer([npmPackage('app/node_modules/a')], { createdBy: 'RUN npm ci' });
const image = buildImage({ layers: [layer, app] });
const arm = buildImage({ layers: [layer], platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } });
const amd = buildImage({ layers: [layer], platform: { os: 'linux', architecture: 'amd64' } });

function outcome(reading: ImageReading | undefined): string {
  if (reading === undefined) return 'nothing';
  return reading.kind === 'inventory' ? 'inventory' : `${reading.kind} ${reading.reason.code}`;
}

async function outcomes(built: BuiltImage, platform?: string): Promise<readonly string[]> {
  return (await readImage(memorySource(built), { platform })).map(outcome);
}

describe('readImage', () => {
  it('pulls no layer of a platform that is left out', async () => {
    const source = memorySource(buildIndex([arm, amd]));
    const pulled: string[] = [];
    const blob: ImageSource['blob'] = (descriptor) => {
      pulled.push(descriptor.digest);
      return source.blob(descriptor);
    };
    const leavesOut = ({ architecture }: Platform) => architecture === 'arm64';
    const [left, read] = await readImage({ ...source, blob }, { platform: 'all', leavesOut });
    expect(left).toMatchObject({
      kind: 'left-out',
      platform: { architecture: 'arm64' },
      reason: { code: 'platform-left-out' },
    });
    expect(read).toMatchObject({ kind: 'inventory', descriptor: { digest: amd.descriptor.digest } });
    expect(pulled).toEqual([arm.configDigest, amd.configDigest, sha256(layer.bytes)]);
  });

  it('tells what is in an image and where it came from', async () => {
    const [reading] = await readImage(memorySource(image));
    expect(reading).toMatchObject({
      kind: 'inventory',
      retryable: false,
      descriptor: { digest: image.descriptor.digest },
      inventory: {
        image: {
          digest: image.descriptor.digest,
          configDigest: image.configDigest,
          platform: { os: 'linux', architecture: 'amd64' },
          os: { id: 'debian', versionId: '12' },
          created: '2024-01-01T00:00:00Z',
        },
        layers: [
          { index: 0, diffId: layer.diffId, createdBy: 'ADD file:1 in /', sizeBytes: layer.bytes.length },
          { index: 1, diffId: app.diffId, createdBy: 'RUN npm ci' },
        ],
        packages: [
          { ecosystem: 'Debian:12', name: 'bash', layer: { index: 0, diffId: layer.diffId } },
          { ecosystem: 'npm', name: 'a', layer: { index: 1, createdBy: 'RUN npm ci' } },
        ],
        complete: true,
        problems: [],
      },
    });
  });

  it('concludes nothing from the history: what a build installed may be gone again (trap 5)', async () => {
    const run = buildLayer([bookworm, dpkg('bash=1')], {
      createdBy: 'RUN apt-get install -y gcc=12.2 && npm install -g left-pad@1.3.0 && apt-get purge gcc',
    });
    expect(lines(await inventoryOf(memorySource(buildImage({ layers: [run] }))))).toEqual([
      'bash@1 #0 var/lib/dpkg/status',
    ]);
  });

  it('says the same of gzip, zstd and plain layers', async () => {
    const all = await Promise.all(
      (['gzip', 'zstd', 'none'] as const).map(async (compression) => {
        const built = buildImage({
          layers: [buildLayer([bookworm, dpkg('bash=1'), npmPackage('node_modules/a')], { compression })],
        });
        const [reading] = await readImage(memorySource(built));
        return reading?.kind === 'inventory' ? lines(reading.inventory) : outcome(reading);
      }),
    );
    expect(all[0]).toEqual(['bash@1 #0 var/lib/dpkg/status', 'a@1.0.0 #0 node_modules/a/package.json']);
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
  });

  it('finds nothing wrong with an image that has nothing in it', async () => {
    expect(await inventoryOf(layered([]))).toMatchObject({ packages: [], complete: true });
    expect(await inventoryOf(layered([[{ path: 'app', content: 'binary' }]]))).toMatchObject({
      packages: [],
      complete: true,
      image: {},
    });
  });

  it('keeps the packages of a distribution it cannot judge, and says that it cannot', async () => {
    const strange = await inventoryOf(
      layered([[{ path: 'etc/os-release', content: 'ID=astra\nVERSION_ID=1.7\n' }, dpkg('bash=1')]]),
    );
    expect(strange).toMatchObject({
      complete: false,
      packages: [{ ecosystem: 'astra', name: 'bash', version: '1' }],
      problems: [{ code: 'distro-unsupported' }],
    });
    const silent = await inventoryOf(layered([[dpkg('bash=1')]]));
    expect(silent).toMatchObject({
      complete: false,
      packages: [{ name: 'bash' }],
      problems: [{ code: 'distro-unknown' }],
    });
  });

  it('does not judge testing as if it were a release', async () => {
    const { image: merged } = await inventoryOf(
      layered([
        [
          { path: 'etc/os-release', content: 'ID=debian\nVERSION_CODENAME=forky\n' },
          { path: 'etc/debian_version', content: 'forky/sid\n' },
        ],
      ]),
    );
    expect(merged.os).toEqual({ id: 'debian', versionCodename: 'sid' });
  });
});

describe('a layer that cannot be read', () => {
  const broken = { ...app, bytes: app.bytes.subarray(0, app.bytes.length - 20) };
  const lying = { ...app, diffId: layer.diffId };

  it.each([
    ['published broken', broken, 'layer-truncated'],
    ['with a wrong diffID', lying, 'layer-diff-id-mismatch'],
    ['that is no archive', layerOfTar(Buffer.alloc(2048, 0x41)), 'tar-header-invalid'],
    ['that is encrypted', { ...app, mediaType: `${mediaTypes.ociLayerGzip}+encrypted` }, 'layer-encrypted'],
  ])('(%s) is a problem, and the others are still read', async (_name, bad, code) => {
    const [reading] = await readImage(
      memorySource(buildImage({ layers: [layer, bad, buildLayer([npmPackage('node_modules/b')])] })),
    );
    expect(reading).toMatchObject({
      kind: 'inventory',
      retryable: false,
      inventory: { complete: false, problems: [{ code }] },
    });
    if (reading?.kind === 'inventory') expect(lines(reading.inventory)).toHaveLength(2);
  });

  it('is asked for again later when the other side failed', async () => {
    const source = memorySource(image);
    const failing: ImageSource = {
      ...source,
      blob: (descriptor) => {
        if (descriptor.size === app.bytes.length)
          throw new OperationalError('registry-unavailable', 'the registry answers 503');
        return source.blob(descriptor);
      },
    };
    const [reading] = await readImage(failing);
    expect(reading).toMatchObject({
      retryable: true,
      inventory: { complete: false, problems: [{ code: 'layer-unavailable' }] },
    });
  });

  it('is not kept in the cache', async () => {
    const cache = memoryLayerCache();
    await readImage(memorySource(buildImage({ layers: [lying] })), { cache });
    const [reading] = await readImage(memorySource(buildImage({ layers: [layer] })), { cache });
    expect(reading).toMatchObject({ inventory: { complete: true, packages: [{ name: 'bash' }] } });
  });
});

describe('the layer cache', () => {
  it('saves every pull of a layer whose result it has', async () => {
    const cache = memoryLayerCache();
    const first = memorySource(image);
    const second = memorySource(image);
    const before = await readImage(first, { cache });
    const after = await readImage(second, { cache });
    expect(after).toEqual(before);
    expect(first.pulled).toHaveLength(3);
    expect(second.pulled).toEqual([image.configDigest]);
  });

  it('has a layer read again for an extractor of another revision that read files of it, and no other layer', async () => {
    const kept = new Map<string, LayerEvidence>();
    const cache: LayerCache = {
      async getOrRead({ key, isCurrent }, read) {
        const known = kept.get(key);
        if (known !== undefined && isCurrent(known)) return ok(known);
        const result = await read();
        if (result.ok) kept.set(key, result.value);
        return result;
      },
    };
    const before = await readImage(memorySource(image), { cache });
    const readers = [...kept.values()].map((evidence) => evidence.readers.map((reader) => reader.split('@')[0]));
    expect(readers.sort()).toEqual([['dpkg', 'os-release'], ['npm']]);
    for (const [key, evidence] of kept) {
      const older = evidence.readers.map((reader) => (reader.startsWith('npm@') ? 'npm@0' : reader));
      kept.set(key, { ...evidence, readers: older });
    }
    const source = memorySource(image);
    expect(await readImage(source, { cache })).toEqual(before);
    expect(source.pulled).toEqual([image.configDigest, sha256(app.bytes)]);
    expect([...kept.values()].flatMap((evidence) => evidence.readers)).not.toContain('npm@0');
  });

  it('has every layer read again when an extractor looks at other files', () => {
    const slot = (extractors: readonly Extractor[]) => layerSlot('sha256:0', extractors, defaultLimits, []);
    const [first, ...others] = extractorsFor({});
    if (first === undefined) throw new Error('no extractors');
    const now = slot([first, ...others]);
    expect(slot([...others, { ...first, revision: 99 }]).key).toBe(now.key);
    const wider = { ...first, files: [...first.files, { path: 'etc/other', maxBytes: 1 }] };
    for (const changed of [[...others, wider], others]) expect(slot(changed).key).not.toBe(now.key);
  });

  it('holds plain JSON that its schema accepts', async () => {
    const kept: LayerEvidence[] = [];
    const cache: LayerCache = {
      async getOrRead(_key, read) {
        const result = await read();
        if (result.ok) kept.push(result.value);
        return result;
      },
    };
    await readImage(memorySource(image), { cache });
    for (const evidence of kept) expect(LayerEvidence.parse(JSON.parse(JSON.stringify(evidence)))).toEqual(evidence);
    expect(kept).toHaveLength(2);
  });
});

describe('how far it is', () => {
  it('is told with every piece of a layer, and a layer that need not be pulled counts as done', async () => {
    const bytes = layer.bytes.length + app.bytes.length;
    const cache = memoryLayerCache();
    const told: ReadProgress[] = [];
    const follow = () => readImage(memorySource(image), { cache, onProgress: (progress) => told.push(progress) });
    await follow();
    const rows = told.splice(0).map(({ done, doneBytes }) => [done, doneBytes] as const);
    expect(rows.some(([done, doneBytes]) => done === 0 && doneBytes > 0)).toBe(true);
    expect(rows.map(([, doneBytes]) => doneBytes)).toEqual(
      rows.map(([, doneBytes]) => doneBytes).sort((a, b) => a - b),
    );
    await follow();
    expect(told.map(({ done, doneBytes }) => [done, doneBytes])).toEqual([
      [1, expect.any(Number)],
      [2, bytes],
    ]);
    expect(rows.at(-1)).toEqual([2, bytes]);
    expect(told[0]).toMatchObject({ image: image.descriptor.digest, layers: 2, bytes });
  });
});

describe('an index', () => {
  const attestation = {
    ...buildImage({ layers: [] }).descriptor,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  };
  const index = buildIndex([arm, amd], [attestation]);

  it('stands for linux/amd64 unless another platform is asked for', async () => {
    const [usual] = await readImage(memorySource(index));
    expect(usual).toMatchObject({ targetDigest: index.descriptor.digest });
    expect(usual?.descriptor.digest).toBe(amd.descriptor.digest);
    const [asked] = await readImage(memorySource(index), { platform: 'linux/arm64' });
    expect(asked?.descriptor.digest).toBe(arm.descriptor.digest);
  });

  it('stands for its first image when there is none for linux/amd64', async () => {
    expect(await outcomes(buildIndex([arm], [attestation]))).toEqual(['inventory']);
  });

  it('is read whole on demand, attestations recognised', async () => {
    expect(await outcomes(index, 'all')).toEqual(['inventory', 'inventory', 'unsupported manifest-attestation']);
  });

  it('stands for the variant that every machine runs, wherever it stands, and for another where there is no other', async () => {
    const newer = buildImage({ layers: [layer], platform: { os: 'linux', architecture: 'amd64', variant: 'v3' } });
    const both = await readImage(memorySource(buildIndex([newer, amd])));
    expect(both.map((reading) => reading.descriptor.digest)).toEqual([amd.descriptor.digest]);
    const one = await readImage(memorySource(buildIndex([arm, newer])));
    expect(one.map((reading) => reading.descriptor.digest)).toEqual([newer.descriptor.digest]);
  });

  it('names the platforms it has when the one asked for is missing', async () => {
    await expect(outcomes(index, 'linux/s390x')).rejects.toThrow('linux/arm64/v8, linux/amd64');
    await expect(outcomes(amd, 'linux/arm64')).rejects.toThrow(UserError);
  });

  it('finds a platform that only the config states', async () => {
    const bare = { ...arm, descriptor: { ...arm.descriptor } };
    delete bare.descriptor.platform;
    const [reading] = await readImage(memorySource(buildIndex([bare])), { platform: 'linux/arm64' });
    expect(reading?.descriptor.digest).toBe(arm.descriptor.digest);
  });

  it('may hold another index, not without end', async () => {
    expect(await outcomes(buildIndex([buildIndex([amd])]))).toEqual(['inventory']);
    let nested = buildIndex([amd]);
    for (let depth = 0; depth < 6; depth++) nested = buildIndex([nested]);
    expect(await outcomes(nested, 'all')).toEqual(['failed index-too-deep']);
  });

  it('is read as far as it is there: a layout may hold one platform of several', async () => {
    const source = memorySource(index);
    const partial: ImageSource = {
      ...source,
      manifest: (descriptor) => {
        if (descriptor.digest === arm.descriptor.digest)
          throw new UserError('blob-missing', 'It is not in the layout.');
        return source.manifest(descriptor);
      },
    };
    expect((await readImage(partial, { platform: 'all' })).map(outcome).slice(0, 2)).toEqual([
      'failed blob-missing',
      'inventory',
    ]);
  });

  it('shows the manifest that is not sound beside the others', async () => {
    const blobs = new Map(index.blobs);
    blobs.set(arm.descriptor.digest, Buffer.from('{"schemaVersion":2,"config":{},"layers":[]}'));
    expect(await outcomes({ ...index, blobs }, 'all')).toEqual([
      'failed manifest-size-mismatch',
      'inventory',
      'unsupported manifest-attestation',
    ]);
  });
});

/** The image with another manifest or index than was written for it. */
function rewritten(
  built: BuiltImage,
  edit: (document: Record<string, unknown>) => Record<string, unknown>,
): BuiltImage {
  const document = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(String(built.blobs.get(built.descriptor.digest))));
  const bytes = Buffer.from(JSON.stringify(edit(document)));
  const descriptor = { ...built.descriptor, digest: sha256(bytes), size: bytes.length };
  return { ...built, descriptor, blobs: new Map([...built.blobs, [descriptor.digest, bytes]]) };
}

function typed(descriptor: unknown, mediaType: string | undefined): Record<string, unknown> {
  return { ...z.record(z.string(), z.unknown()).parse(descriptor), mediaType };
}

/**
 * To skopeo an image is one without the types of its layers, its config (to copy it) or its entry in an index; to Syft without that of its
 * config, and with half a platform in its index.
 */
describe('an image whose documents leave words out', () => {
  it.each(['', undefined])('is read by what they hold: a media type of %j', async (mediaType) => {
    const config = rewritten(amd, (document) => ({ ...document, config: typed(document['config'], mediaType) }));
    expect(lines(await inventoryOf(memorySource(config)))).toEqual(['bash@1 #0 var/lib/dpkg/status']);
    const layers = rewritten(amd, (document) => ({
      ...document,
      layers: z
        .array(z.unknown())
        .parse(document['layers'])
        .map((each) => typed(each, mediaType)),
    }));
    expect(lines(await inventoryOf(memorySource(layers)))).toEqual(['bash@1 #0 var/lib/dpkg/status']);
    const untyped = (index: BuiltImage) =>
      rewritten(index, (document) => ({
        ...document,
        manifests: z
          .array(z.unknown())
          .parse(document['manifests'])
          .map((each) => typed(each, mediaType)),
      }));
    expect(await outcomes(untyped(buildIndex([amd])))).toEqual(['inventory']);
    expect(await outcomes(untyped(buildIndex([buildIndex([amd])])))).toEqual(['inventory']);
  });

  it('is none where its config is none of an image: nothing is guessed', async () => {
    const config = Buffer.from('{"name":"chart"}');
    const artifact = rewritten(amd, (document) => ({
      ...document,
      config: { mediaType: '', digest: sha256(config), size: config.length },
    }));
    const blobs = new Map([...artifact.blobs, [sha256(config), config]]);
    expect(await outcomes({ ...artifact, blobs })).toEqual(['unsupported manifest-artifact']);
    const stated = rewritten(amd, (document) => ({
      ...document,
      artifactType: 'application/vnd.example',
      config: typed(document['config'], ''),
    }));
    expect(await outcomes(stated)).toEqual(['unsupported manifest-artifact']);
  });

  it('is of the platform that its config states where its index says half of one', async () => {
    const halves = rewritten(buildIndex([amd, arm]), (document) => ({
      ...document,
      manifests: z
        .array(z.record(z.string(), z.unknown()))
        .parse(document['manifests'])
        .map((each) => ({ ...each, platform: {} })),
    }));
    const [reading] = await readImage(memorySource(halves), { platform: 'linux/arm64' });
    expect(reading?.descriptor.digest).toBe(arm.descriptor.digest);
  });
});

describe('what is not scanned', () => {
  it('is named', async () => {
    const windows = buildImage({ layers: [layer], platform: { os: 'windows', architecture: 'amd64' } });
    expect(await outcomes(windows)).toEqual(['unsupported platform-windows']);
    const mismatch = buildImage({ layers: [layer], config: { rootfs: { type: 'layers', diff_ids: [] } } });
    expect(await outcomes(mismatch)).toEqual(['failed config-layers-mismatch']);
  });
});
