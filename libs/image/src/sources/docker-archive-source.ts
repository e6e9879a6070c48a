import { mediaTypes, type Descriptor, type ImageSource, type OciDocument } from '@tidewaiter/contracts';
import { UserError } from '@tidewaiter/kit';
import { sniffCompression } from '../compression';
import { DigestMeter, sha256Of } from '../digest';
import { archiveManifestType, readConfig } from '../documents/documents';
import { ArchiveManifest } from '../documents/documents.schema';
import { cleanEntryPath } from '../entry-path';
import type { FileSpan, FileTree } from './file-tree';
import { listed } from './listed';
import type { LayoutOptions } from './oci-layout-source';

/**
 * What `docker save` writes: https://github.com/moby/moby/blob/master/image/spec/v1.2.md. It has no manifest, so one is made:
 * the config's digest is the image id and the image's name here; a layer stored as a plain tar has its diffID for digest; a layer
 * stored compressed is hashed. The descriptors therefore always describe the bytes that are really there.
 */
export class DockerArchiveSource implements ImageSource {
  readonly name: string;
  readonly #documents = new Map<string, OciDocument>();
  readonly #blobs = new Map<string, FileSpan>();

  constructor(
    private readonly tree: FileTree,
    private readonly options: LayoutOptions,
  ) {
    this.name = options.name;
  }

  async resolve(): Promise<Descriptor> {
    const image = this.#select(await this.#readList());
    const config = await this.#file(image.Config);
    const configBytes = await config.read(this.options.limits.documentBytes + 1);
    const configDigest = sha256Of(configBytes);
    const parsed = readConfig(configBytes, { digest: configDigest }, this.options.limits);
    if (!parsed.ok) throw this.#invalid(`its image config was refused: ${parsed.error.message}`);
    const diffIds = parsed.value.rootfs.diff_ids ?? [];
    const paths = image.Layers ?? [];
    if (paths.length !== diffIds.length) {
      throw this.#invalid(`it lists ${paths.length} layers where its image config has ${diffIds.length}`);
    }
    this.#blobs.set(configDigest, config);
    const layers: Descriptor[] = [];
    for (const [index, path] of paths.entries()) layers.push(await this.#layer(path, diffIds[index] ?? ''));
    const manifest = {
      schemaVersion: 2,
      mediaType: archiveManifestType,
      config: { mediaType: mediaTypes.dockerConfig, digest: configDigest, size: configBytes.length },
      layers,
    };
    return this.#keep(archiveManifestType, Buffer.from(JSON.stringify(manifest)));
  }

  manifest(descriptor: Pick<Descriptor, 'digest' | 'mediaType'>): Promise<OciDocument> {
    const document = this.#documents.get(descriptor.digest);
    if (document === undefined)
      throw new UserError('blob-missing', `"${this.name}" has no manifest ${descriptor.digest}.`);
    return Promise.resolve(document);
  }

  blob(descriptor: Descriptor): Promise<AsyncIterable<Uint8Array>> {
    const file = this.#blobs.get(descriptor.digest);
    if (file === undefined) throw new UserError('blob-missing', `"${this.name}" has no blob ${descriptor.digest}.`);
    return Promise.resolve(file.stream());
  }

  close(): Promise<void> {
    return this.tree.close();
  }

  async #layer(path: string, diffId: string): Promise<Descriptor> {
    const file = await this.#find(path);
    // A layer that is not there is asked for all the same, and is then what is missing of an image that is read as far as it goes.
    if (file === undefined) return { mediaType: mediaTypes.dockerLayer, digest: diffId, size: 0 };
    const head = await file.read(512);
    const isTar = sniffCompression(head) === 'none';
    const digest = isTar ? diffId : await hashOf(file);
    this.#blobs.set(digest, file);
    return { mediaType: isTar ? mediaTypes.dockerLayer : mediaTypes.dockerLayerGzip, digest, size: file.sizeBytes };
  }

  async #readList(): Promise<ArchiveManifest> {
    const file = await this.#file('manifest.json');
    const bytes = await file.read(this.options.limits.documentBytes);
    try {
      const list = ArchiveManifest.safeParse(JSON.parse(bytes.toString('utf8')));
      if (list.success) return list.data;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    throw this.#invalid('its manifest.json is not what docker save writes');
  }

  #select(list: ArchiveManifest): ArchiveManifest[number] {
    const { reference } = this.options;
    const found =
      reference === undefined
        ? list
        : list.filter((image) =>
            (image.RepoTags ?? []).some((tag) => tag === reference || tag.endsWith(`:${reference}`)),
          );
    const [image, ...others] = found;
    if (image !== undefined && others.length === 0) return image;
    const names = listed(list.flatMap((entry) => entry.RepoTags ?? ['(no tag)']));
    if (image === undefined) {
      const wanted = reference === undefined ? 'image' : `image "${reference}"`;
      throw new UserError('target-not-found', `"${this.name}" holds no ${wanted}. It holds: ${names || 'nothing'}.`);
    }
    throw new UserError('target-ambiguous', `"${this.name}" holds several images: ${names}. Name one as PATH:TAG.`);
  }

  async #file(path: string): Promise<FileSpan> {
    const file = await this.#find(path);
    if (file === undefined) throw this.#invalid(`it refers to "${path.slice(0, 256)}", which is not in it`);
    return file;
  }

  async #find(path: string): Promise<FileSpan | undefined> {
    const clean = cleanEntryPath(path);
    return clean.ok ? await this.tree.find(clean.value) : undefined;
  }

  #keep(mediaType: string, bytes: Buffer): Descriptor {
    const digest = sha256Of(bytes);
    this.#documents.set(digest, { mediaType, bytes });
    return { mediaType, digest, size: bytes.length };
  }

  #invalid(reason: string): UserError {
    return new UserError('archive-invalid', `"${this.name}" is not a complete docker archive: ${reason}.`);
  }
}

async function hashOf(file: FileSpan): Promise<string> {
  const meter = new DigestMeter('sha256:');
  for await (const chunk of file.stream()) meter.update(chunk);
  return meter.digest();
}
