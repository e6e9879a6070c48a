import { mediaTypes } from '@tidewaiter/contracts';
import { buildImage, buildLayer, sha256 } from '@tidewaiter/testing';
import { defaultLimits } from '../limits';
import {
  instructionsOf,
  isAttestation,
  platformOf,
  readConfig,
  readDocument,
  refusalOfLayer,
  refusalOfManifest,
} from './documents';

const digest = `sha256:${'a'.repeat(64)}`;
const layer = { mediaType: mediaTypes.ociLayerGzip, digest, size: 1 };
const config = { mediaType: mediaTypes.ociConfig, digest, size: 1 };
const manifest = { schemaVersion: 2, config, layers: [layer] };

function read(body: unknown, mediaType: string = mediaTypes.ociManifest): string {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const result = readDocument({ mediaType, bytes }, { digest: sha256(bytes), size: bytes.length }, defaultLimits);
  return result.ok ? result.value.kind : result.error.code;
}

describe('readDocument', () => {
  it('tells an index from a manifest by its body', () => {
    expect(read(manifest)).toBe('manifest');
    expect(read(manifest, 'application/octet-stream')).toBe('manifest');
    expect(read({ schemaVersion: 2, manifests: [] }, mediaTypes.dockerIndex)).toBe('index');
  });

  it('refuses a document that could be read in two ways (CVE-2021-41190)', () => {
    expect(read({ ...manifest, manifests: [] })).toBe('manifest-ambiguous');
    expect(read(manifest, mediaTypes.ociIndex)).toBe('manifest-ambiguous');
    expect(read({ ...manifest, mediaType: mediaTypes.ociIndex })).toBe('manifest-ambiguous');
    expect(read({ schemaVersion: 2, manifests: [] }, mediaTypes.ociManifest)).toBe('manifest-ambiguous');
  });

  it('names what it does not read', () => {
    expect(read({ schemaVersion: 1, fsLayers: [], history: [] })).toBe('manifest-schema-1');
    expect(read({ schemaVersion: 2, blobs: [] })).toBe('manifest-unknown');
    expect(read('[]')).toBe('manifest-invalid');
    expect(read('{"schemaVersion": 2')).toBe('manifest-invalid');
    expect(read({ ...manifest, layers: [{ ...layer, digest: 'md5:1' }] })).toBe('manifest-invalid');
    expect(read({ ...manifest, layers: [{ ...layer, size: -1 }] })).toBe('manifest-invalid');
    expect(read(`{"schemaVersion":2,"x":"${'y'.repeat(defaultLimits.documentBytes)}"}`)).toBe('manifest-too-large');
  });

  it('holds a member that is null for one that is not there, as programs in Go do', () => {
    const platform = { os: 'linux', architecture: 'arm', variant: null, 'os.version': null };
    const nulls = { ...layer, platform, annotations: null, urls: null };
    expect(read({ ...manifest, config: { ...config, platform: null }, layers: [nulls], annotations: null })).toBe(
      'manifest',
    );
    expect(read({ schemaVersion: 2, mediaType: null, manifests: [nulls], subject: null }, mediaTypes.ociIndex)).toBe(
      'index',
    );
    // A list with nothing in it.
    expect(read({ ...manifest, layers: null })).toBe('manifest');
    expect(read({ schemaVersion: 2, manifests: null }, mediaTypes.ociIndex)).toBe('index');
    expect(read({ ...manifest, manifests: null })).toBe('manifest-ambiguous');
    expect(read({ ...manifest, config: null })).toBe('manifest-invalid');
  });

  it('holds a media type that is not there for an empty one, and half a platform for none', () => {
    const bare = (descriptor: object) => ({ ...descriptor, mediaType: undefined });
    expect(read({ ...manifest, config: bare(config), layers: [bare(layer)] })).toBe('manifest');
    for (const platform of [{}, { os: 'linux' }, { os: '', architecture: '' }, { architecture: 'arm64', os: null }]) {
      const body = { schemaVersion: 2, manifests: [bare({ ...layer, platform })] };
      const bytes = Buffer.from(JSON.stringify(body));
      expect(readDocument({ mediaType: '', bytes }, { digest: sha256(bytes) }, defaultLimits)).toMatchObject({
        ok: true,
        value: { index: { manifests: [{ mediaType: '', platform: undefined }] } },
      });
    }
    const wrong = { ...layer, platform: { os: 1, architecture: 'amd64' } };
    expect(read({ schemaVersion: 2, manifests: [wrong] }, mediaTypes.ociIndex)).toBe('index-invalid');
  });

  it('refuses bytes that are not the ones named', () => {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const document = { mediaType: mediaTypes.ociManifest, bytes };
    expect(readDocument(document, { digest }, defaultLimits)).toMatchObject({
      error: { code: 'manifest-digest-mismatch' },
    });
    const sized = readDocument(document, { digest: sha256(bytes), size: 1 }, defaultLimits);
    expect(sized).toMatchObject({ error: { code: 'manifest-size-mismatch' } });
  });

  it('checks a sha512 digest too', () => {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const wrong = readDocument({ mediaType: '', bytes }, { digest: `sha512:${'0'.repeat(128)}` }, defaultLimits);
    expect(wrong).toMatchObject({ error: { code: 'manifest-digest-mismatch' } });
  });
});

describe('what is no container image', () => {
  const parsed = (body: object): ReturnType<typeof refusalOfManifest> => {
    const bytes = Buffer.from(JSON.stringify({ ...manifest, ...body }));
    const result = readDocument({ mediaType: '', bytes }, { digest: sha256(bytes) }, defaultLimits);
    if (!result.ok || result.value.kind !== 'manifest') throw new Error('the manifest was refused');
    return refusalOfManifest(result.value.manifest, { ...defaultLimits, layers: 2 });
  };

  it('is recognised before anything is pulled', () => {
    expect(parsed({})).toBeUndefined();
    expect(parsed({ config: { ...config, mediaType: mediaTypes.dockerConfig } })).toBeUndefined();
    const helm = { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' };
    expect(parsed({ config: helm })?.code).toBe('manifest-artifact');
    expect(parsed({ config: helm })?.message).toContain('helm');
    const empty = { ...config, mediaType: 'application/vnd.oci.empty.v1+json' };
    expect(parsed({ config: empty, artifactType: 'application/vnd.example.sbom' })?.message).toContain(
      'vnd.example.sbom',
    );
    expect(parsed({ layers: [{ ...layer, mediaType: 'application/vnd.in-toto+json' }] })?.code).toBe(
      'manifest-attestation',
    );
    expect(parsed({ layers: [layer, layer, layer] })?.code).toBe('image-too-many-layers');
  });

  it('may be a layer alone', () => {
    expect(refusalOfLayer(mediaTypes.ociLayerGzip)).toBeUndefined();
    expect(refusalOfLayer('application/vnd.oci.image.layer.v1.tar+gzip+encrypted')?.code).toBe('layer-encrypted');
    expect(refusalOfLayer('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip')?.code).toBe('layer-foreign');
    expect(refusalOfLayer('application/vnd.oci.image.layer.nondistributable.v1.tar')).toEqual({
      code: 'layer-foreign',
      message: 'it is foreign or non-distributable, a kind of layer that is not supported',
    });
  });

  it('may be an attestation in an index', () => {
    expect(isAttestation({ platform: { os: 'unknown', architecture: 'unknown' } })).toBe(true);
    expect(isAttestation({ annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } })).toBe(true);
    expect(isAttestation({ platform: { os: 'linux', architecture: 'amd64' } })).toBe(false);
    expect(isAttestation({})).toBe(false);
  });
});

describe('the image config', () => {
  const configOf = (body: object) => {
    const bytes = Buffer.from(JSON.stringify({ rootfs: { type: 'layers', diff_ids: [digest, digest] }, ...body }));
    const result = readConfig(bytes, { digest: sha256(bytes), size: bytes.length }, defaultLimits);
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  };

  it('gives the instruction behind each layer, without the words the builder put before it', () => {
    const history = [
      { created_by: '/bin/sh -c #(nop) ADD file:1 in / ' },
      { created_by: '/bin/sh -c #(nop)  CMD ["sh"]', empty_layer: true },
      { created_by: '/bin/sh -c apt-get update' },
    ];
    expect(instructionsOf(configOf({ history }), 2)).toEqual(['ADD file:1 in /', 'RUN apt-get update']);
  });

  it('guesses nothing when history and layers do not line up', () => {
    expect(instructionsOf(configOf({ history: [{ created_by: 'RUN a' }] }), 2)).toEqual([undefined, undefined]);
    expect(instructionsOf(configOf({}), 2)).toEqual([undefined, undefined]);
  });

  it('loses no image because a step of its history is malformed', () => {
    const malformed = { created_by: null, created: 1, empty_layer: 'no' };
    const history = [malformed, { created_by: 'RUN b', comment: null }];
    expect(instructionsOf(configOf({ history }), 2)).toEqual([undefined, 'RUN b']);
    expect(instructionsOf(configOf({ history: 'none', created: 1 }), 2)).toEqual([undefined, undefined]);
    expect(platformOf(configOf({ os: 'linux', architecture: 'arm64', variant: null, 'os.version': null }))).toEqual({
      os: 'linux',
      architecture: 'arm64',
    });
  });

  it('may say nothing about the platform', () => {
    expect(platformOf(configOf({ os: '', architecture: '' }))).toBeUndefined();
    expect(platformOf(configOf({ os: 'linux', architecture: 'arm', variant: 'v7' }))).toEqual({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
    });
  });

  it('is read from a built image', () => {
    const image = buildImage({ layers: [buildLayer([])] });
    const bytes = image.blobs.get(image.configDigest) ?? Buffer.alloc(0);
    expect(readConfig(bytes, { digest: image.configDigest }, defaultLimits).ok).toBe(true);
  });
});
