import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { mediaTypes } from '@tidewaiter/contracts';
import { pack } from 'tar-stream';
import type { SampleImage, SampleLayer, SamplePlatform } from './layer-file';

/** Bytes a registry keeps under their digest. */
export interface StoredDocument {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** Everything a push of an image uploads: blobs first, then manifests by digest, last the one the tag names. */
export interface ImageDocuments {
  readonly blobs: readonly StoredDocument[];
  readonly manifests: readonly StoredDocument[];
  readonly root: StoredDocument;
}

export async function imageDocuments(image: SampleImage): Promise<ImageDocuments> {
  const built = await Promise.all(image.platforms.map(buildPlatform));
  const blobs = built.flatMap((platform) => platform.blobs);
  const [first] = built;
  if (first === undefined) throw new Error(`sample ${image.repository} has no platform`);
  if (built.length === 1) return { blobs, manifests: [], root: first.manifest };
  const manifests = built.map(({ manifest, platform }) => ({
    ...reference(manifest),
    platform: { os: platform.os, architecture: platform.architecture },
  }));
  const root = document(mediaTypes.ociIndex, { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
  return { blobs, manifests: built.map(({ manifest }) => manifest), root };
}

async function buildPlatform(platform: SamplePlatform) {
  const layers = await Promise.all(platform.layers.map(buildLayer));
  const config = document(mediaTypes.ociConfig, {
    created: '2026-01-01T00:00:00Z',
    architecture: platform.architecture,
    os: platform.os,
    config: { Cmd: ['/bin/sh'] },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: platform.layers.map((layer) => ({ created: '2026-01-01T00:00:00Z', created_by: layer.createdBy })),
  });
  const manifest = document(mediaTypes.ociManifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: reference(config),
    layers: layers.map((layer) => reference(layer.blob)),
  });
  return { platform, manifest, blobs: [config, ...layers.map((layer) => layer.blob)] };
}

async function buildLayer(layer: SampleLayer): Promise<{ diffId: string; blob: StoredDocument }> {
  const archive = pack();
  for (const { path, content } of layer.files) archive.entry({ name: path, mtime: new Date(0) }, content);
  archive.finalize();
  const tar = await buffer(archive);
  const bytes = gzipSync(tar);
  return { diffId: digestOf(tar), blob: { digest: digestOf(bytes), mediaType: mediaTypes.ociLayerGzip, bytes } };
}

function document(mediaType: string, content: unknown): StoredDocument {
  const bytes = Buffer.from(JSON.stringify(content));
  return { digest: digestOf(bytes), mediaType, bytes };
}

function reference({ mediaType, digest, bytes }: StoredDocument) {
  return { mediaType, digest, size: bytes.length };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
