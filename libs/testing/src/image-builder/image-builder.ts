import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { mediaTypes, type Descriptor, type ImageSource, type OciDocument, type Platform } from '@tidewaiter/contracts';
import { buildTar, type TarItem } from './tar-writer';

export type LayerCompression = 'gzip' | 'zstd' | 'none';

/** A layer as it is stored, with the digest of the tar inside. */
export interface BuiltLayer {
  readonly bytes: Buffer;
  readonly diffId: string;
  readonly mediaType: string;
  /** The Dockerfile instruction for the history. */
  readonly createdBy?: string;
}

export interface ImagePlan {
  readonly layers: readonly BuiltLayer[];
  /** Merged over a config that fits the layers. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly platform?: Platform;
}

export interface BuiltImage {
  readonly descriptor: Descriptor;
  readonly configDigest: string;
  /** Every document and layer by digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
}

const linuxAmd64: Platform = { os: 'linux', architecture: 'amd64' };

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function buildLayer(
  entries: readonly TarItem[],
  options: { readonly compression?: LayerCompression; readonly createdBy?: string } = {},
): BuiltLayer {
  return layerOfTar(buildTar(entries), options);
}

export function layerOfTar(
  tar: Buffer,
  options: { readonly compression?: LayerCompression; readonly createdBy?: string } = {},
): BuiltLayer {
  const compression = options.compression ?? 'gzip';
  const stored = { gzip: gzipSync, zstd: zstdCompressSync, none: (bytes: Buffer) => bytes }[compression](tar);
  const mediaType = { gzip: mediaTypes.ociLayerGzip, zstd: mediaTypes.ociLayerZstd, none: mediaTypes.ociLayer }[
    compression
  ];
  return {
    bytes: stored,
    diffId: sha256(tar),
    mediaType,
    ...(options.createdBy === undefined ? {} : { createdBy: options.createdBy }),
  };
}

/** One image: its layers, a config and a manifest. */
export function buildImage(plan: ImagePlan): BuiltImage {
  const blobs = new Map<string, Buffer>();
  const add = (mediaType: string, bytes: Buffer): Descriptor => {
    const digest = sha256(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const layers = plan.layers.map((layer) => add(layer.mediaType, layer.bytes));
  const config = add(mediaTypes.ociConfig, json({ ...configOf(plan), ...plan.config }));
  const manifest = add(
    mediaTypes.ociManifest,
    json({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers }),
  );
  const descriptor = plan.platform === undefined ? manifest : { ...manifest, platform: plan.platform };
  return { descriptor, configDigest: config.digest, blobs };
}

/** An index over images, for several platforms. */
export function buildIndex(images: readonly BuiltImage[], more: readonly Descriptor[] = []): BuiltImage {
  const manifests = [...images.map((image) => image.descriptor), ...more];
  const bytes = json({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
  const digest = sha256(bytes);
  const blobs = new Map<string, Buffer>(images.flatMap((image) => [...image.blobs]));
  blobs.set(digest, bytes);
  return { descriptor: { mediaType: mediaTypes.ociIndex, digest, size: bytes.length }, configDigest: '', blobs };
}

/** An image of a layout. `fullName` is what containerd and docker save add. */
interface NamedImage {
  readonly image: BuiltImage;
  readonly tag?: string;
  readonly fullName?: string;
}

/** Writes an OCI image layout. OCI image-spec, image-layout.md. */
export async function writeOciLayout(directory: string, images: readonly NamedImage[]): Promise<void> {
  for (const { path, content } of layoutFiles(images)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** The same as one tar. */
export function buildOciArchive(images: readonly NamedImage[]): Buffer {
  return buildTar(layoutFiles(images));
}

/**
 * What `docker save` writes. `old` is the layout before Docker 25: a directory for each layer, where a layer that occurs twice is a
 * symbolic link; manifest.json comes last in both.
 */
export function buildDockerArchive(
  plan: ImagePlan,
  options: { readonly tags?: readonly string[]; readonly layout?: 'old' | 'blobs' } = {},
): Buffer {
  const config = json({ ...configOf(plan), ...plan.config });
  const configHex = sha256(config).slice('sha256:'.length);
  const isOld = options.layout !== 'blobs';
  const items: TarItem[] = [];
  const written = new Map<string, string>();
  const paths = plan.layers.map((layer, index) => {
    const hex = sha256(layer.bytes).slice('sha256:'.length);
    const path = isOld ? `${String(index).padStart(64, '0')}/layer.tar` : `blobs/sha256/${hex}`;
    const known = written.get(hex);
    if (known === undefined) items.push({ path, content: layer.bytes });
    else if (isOld) items.push({ path, symlink: `../${known}` });
    written.set(hex, known ?? path);
    return path;
  });
  const configPath = isOld ? `${configHex}.json` : `blobs/sha256/${configHex}`;
  items.push({ path: configPath, content: config });
  const list = [{ Config: configPath, RepoTags: options.tags ?? null, Layers: paths }];
  items.push({ path: 'manifest.json', content: JSON.stringify(list) });
  return buildTar(items);
}

/** An image source in memory, which counts what is asked of it. */
export function memorySource(image: BuiltImage): ImageSource & { readonly pulled: string[] } {
  const pulled: string[] = [];
  const get = (digest: string): Buffer => {
    const bytes = image.blobs.get(digest);
    if (bytes === undefined) throw new Error(`there is no ${digest}`);
    return bytes;
  };
  return {
    name: 'memory',
    pulled,
    resolve: () => Promise.resolve(image.descriptor),
    manifest: ({ digest, mediaType }): Promise<OciDocument> => Promise.resolve({ mediaType, bytes: get(digest) }),
    blob: ({ digest }) => {
      pulled.push(digest);
      return Promise.resolve(pieces(get(digest)));
    },
    close: () => Promise.resolve(),
  };
}

/** The image of these layers, to be read from memory. */
export function layered(layers: readonly (readonly TarItem[])[]): ReturnType<typeof memorySource> {
  return memorySource(buildImage({ layers: layers.map((items) => buildLayer(items)) }));
}

/** In pieces of an odd size, as a network gives them. */
async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1009) yield await Promise.resolve(bytes.subarray(at, at + 1009));
}

function configOf(plan: ImagePlan): Record<string, unknown> {
  const platform = plan.platform ?? linuxAmd64;
  return {
    created: '2024-01-01T00:00:00Z',
    ...platform,
    config: {},
    rootfs: { type: 'layers', diff_ids: plan.layers.map((layer) => layer.diffId) },
    history: plan.layers.map((layer) => ({ created_by: layer.createdBy ?? '' })),
  };
}

function layoutFiles(images: readonly NamedImage[]): { path: string; content: Buffer }[] {
  const blobs = new Map(images.flatMap(({ image }) => [...image.blobs]));
  const manifests = images.map(({ image, tag, fullName }) => {
    const annotations = {
      ...(tag === undefined ? {} : { 'org.opencontainers.image.ref.name': tag }),
      ...(fullName === undefined ? {} : { 'io.containerd.image.name': fullName }),
    };
    return { ...image.descriptor, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) };
  });
  return [
    { path: 'oci-layout', content: json({ imageLayoutVersion: '1.0.0' }) },
    ...[...blobs].map(([digest, content]) => ({ path: `blobs/${digest.replace(':', '/')}`, content })),
    { path: 'index.json', content: json({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }) },
  ];
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
