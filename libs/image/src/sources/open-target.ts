import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ImageSource } from '@tidewaiter/contracts';
import { UserError } from '@tidewaiter/kit';
import { CompressionFault } from '../compression-fault';
import { decompressed, sniffCompression } from '../compression';
import { defaultLimits, type Limits } from '../limits';
import { ArchiveTree } from './archive-tree';
import { DockerArchiveSource } from './docker-archive-source';
import { looksLikeTar } from '../tar/tar-header';
import { absent, DirectoryTree } from './file-tree';
import { layoutKindOf } from './layout-kind';
import { readSpan, streamSpan } from './local-bytes';
import { OciLayoutSource, type LayoutOptions } from './oci-layout-source';

export type Target =
  | {
      readonly kind: 'image';
      readonly format: 'oci-layout' | 'oci-archive' | 'docker-archive';
      /** The caller closes it. */
      readonly source: ImageSource;
    }
  | { readonly kind: 'rootfs'; readonly path: string }
  /** A text that may be a bill of materials. `read` gives at most so many of its bytes. */
  | { readonly kind: 'document'; readonly read: (limitBytes: number) => Promise<Uint8Array> };

/**
 * Tells what a local path is: an OCI layout (directory or tar), a docker archive, the root of a file system, or a text that may
 * describe an image. `PATH:TAG` names one image of several. Throws UserError when it is none of them.
 */
export async function openTarget(target: string, limits: Limits = defaultLimits): Promise<Target> {
  const { path, reference } = await splitReference(target);
  const stats = await stat(path).catch(absent);
  if (stats === undefined) {
    throw new UserError(
      'target-not-found',
      `"${target}" does not exist. Give an OCI layout, a docker archive or a directory.`,
    );
  }
  if (stats.isDirectory()) {
    const image = await openDirectory(path, { name: target, reference, limits });
    if (image !== undefined) return image;
    if (reference === undefined) return { kind: 'rootfs', path };
    throw new UserError('target-invalid', `"${path}" is not an OCI layout, so there is no image "${reference}" in it.`);
  }
  if (!stats.isFile()) throw new UserError('target-invalid', `"${target}" is neither a file nor a directory.`);
  if (await isDocument(path)) return { kind: 'document', read: (limitBytes) => startOf(path, limitBytes) };
  return openArchive(path, { name: target, reference, limits });
}

/** The whole text when it exists; else the last colon separates a tag. */
async function splitReference(target: string): Promise<{ path: string; reference?: string }> {
  if ((await stat(target).catch(absent)) !== undefined) return { path: target };
  for (let colon = target.lastIndexOf(':'); colon > 0; colon = target.lastIndexOf(':', colon - 1)) {
    const path = target.slice(0, colon);
    if ((await stat(path).catch(absent)) !== undefined) return { path, reference: target.slice(colon + 1) };
  }
  return { path: target };
}

/** An image that lies in a directory must not be taken for a root file system in which there is nothing. */
async function openDirectory(path: string, options: LayoutOptions): Promise<Target | undefined> {
  const tree = new DirectoryTree(path);
  switch (await layoutKindOf(tree, options.limits.documentBytes)) {
    case 'oci':
      return { kind: 'image', format: 'oci-layout', source: new OciLayoutSource(tree, options) };
    case 'docker':
      return { kind: 'image', format: 'docker-archive', source: new DockerArchiveSource(tree, options) };
    case 'skopeo-directory':
      throw new UserError(
        'target-invalid',
        `"${path}" is what skopeo writes as "dir:", which is not read; make an OCI layout of it: skopeo copy dir:${path} oci:LAYOUT:TAG`,
      );
    default:
      return undefined;
  }
}

async function openArchive(path: string, options: LayoutOptions): Promise<Target> {
  const tree = await openTree(path, options.limits);
  try {
    if ((await layoutKindOf(tree, options.limits.documentBytes)) === 'oci')
      return { kind: 'image', format: 'oci-archive', source: new OciLayoutSource(tree, options) };
    if ((await tree.find('manifest.json')) !== undefined) {
      return { kind: 'image', format: 'docker-archive', source: new DockerArchiveSource(tree, options) };
    }
    throw new UserError(
      'target-invalid',
      `"${path}" is a tar archive but no image: it has neither index.json (OCI layout) nor manifest.json (docker save).`,
    );
  } catch (error) {
    await tree.close();
    throw error;
  }
}

async function openTree(path: string, limits: Limits): Promise<ArchiveTree> {
  const compression = sniffCompression(await headOf(path));
  if (compression === 'none') return ArchiveTree.open(path, limits);
  if (compression !== 'gzip' && compression !== 'zstd') {
    throw new UserError(
      'target-invalid',
      `"${path}" is not an image archive: it is neither a tar file nor one compressed by gzip or zstd, and no bill of materials.`,
    );
  }
  const directory = await mkdtemp(join(tmpdir(), 'tidewaiter-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const plain = join(directory, 'archive.tar');
    await pipeline(bounded(decompressed(streamOf(path)), limits.layerBytes, path), createWriteStream(plain));
    return await ArchiveTree.open(plain, limits, remove);
  } catch (error) {
    await remove();
    if (!(error instanceof CompressionFault)) throw error;
    throw new UserError('archive-invalid', `"${path}" cannot be decompressed: ${error.message}.`, { cause: error });
  }
}

function headOf(path: string): Promise<Buffer> {
  return startOf(path, 512);
}

async function startOf(path: string, limitBytes: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return await readSpan(handle, 0, Math.min(size, limitBytes));
  } finally {
    await handle.close();
  }
}

/** JSON, XML or SPDX's lines, plain or gzipped. No archive begins like that. */
async function isDocument(path: string): Promise<boolean> {
  const head = await headOf(path);
  if (sniffCompression(head) !== 'gzip') return looksLikeDocument(head);
  try {
    for await (const inside of decompressed(streamOf(path))) return looksLikeDocument(inside.subarray(0, 512));
  } catch (error) {
    // Whoever reads it as an archive says what is wrong with it.
    if (!(error instanceof CompressionFault)) throw error;
  }
  return false;
}

function looksLikeDocument(head: Buffer): boolean {
  if (looksLikeTar(head)) return false;
  const hasWideMark = head.length >= 2 && (head.readUInt16BE(0) === 0xfffe || head.readUInt16BE(0) === 0xfeff);
  // A byte order mark of UTF-8 reads as three letters.
  return hasWideMark || /^(?:\xef\xbb\xbf)?\s*(?:[{<#]|SPDXVersion:)/.test(head.toString('latin1'));
}

async function* streamOf(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    yield* streamSpan(handle, 0, Number.MAX_SAFE_INTEGER);
  } finally {
    await handle.close();
  }
}

async function* bounded(chunks: AsyncIterable<Buffer>, limitBytes: number, path: string): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limitBytes)
      throw new UserError('archive-too-large', `"${path}" unpacks to more than ${limitBytes} bytes.`);
    yield chunk;
  }
}
