import { isDeepStrictEqual } from 'node:util';
import { mediaTypes, type Descriptor, type ImageSource, type OciDocument } from '@tidewaiter/contracts';
import { UserError } from '@tidewaiter/kit';
import { sha256Of } from '../digest';
import { isAttestation, readDocument } from '../documents/documents';
import type { IndexDocument, ManifestDocument } from '../documents/documents.schema';
import type { Limits } from '../limits';
import type { FileTree } from './file-tree';
import { listed } from './listed';

const refName = 'org.opencontainers.image.ref.name';
const containerdName = 'io.containerd.image.name';

export interface LayoutOptions {
  /** The target as the user wrote it. */
  readonly name: string;
  /** Which of several images, by tag or digest. */
  readonly reference?: string | undefined;
  readonly limits: Limits;
}

/** An OCI image layout, as a directory or inside an archive. OCI image-spec, image-layout.md. */
export class OciLayoutSource implements ImageSource {
  readonly name: string;
  #index: { readonly bytes: Buffer; readonly digest: string } | undefined;

  constructor(
    private readonly tree: FileTree,
    private readonly options: LayoutOptions,
  ) {
    this.name = options.name;
  }

  async resolve(): Promise<Descriptor> {
    const { bytes, index } = await this.#readIndex();
    const descriptors = this.#named(index);
    const [first, ...others] = descriptors;
    if (first === undefined) throw new UserError('target-empty', `"${this.name}" holds no image.`);
    // One image may have several names.
    if (others.every((other) => other.digest === first.digest)) return first;
    const names = [...new Set(descriptors.map(nameOf))];
    if (names.length > 1) {
      const list = listed(names.map((name) => name ?? '(no name)'));
      throw new UserError('target-ambiguous', `"${this.name}" holds several images: ${list}. Name one as PATH:TAG.`);
    }
    const images = await this.#imagesAmong(descriptors);
    const twins = images.filter((one) => images.some((other) => isTwin(one, other)));
    if (twins.length > 0) {
      const list = listed(twins.map(({ digest }) => digest));
      throw new UserError(
        'target-ambiguous',
        `"${this.name}" holds several images and no names that tell them apart: ${list}. Name one as PATH:DIGEST.`,
      );
    }
    // One name, several entries: the layout's own index is the list of its platforms.
    const digest = sha256Of(bytes);
    this.#index = { bytes, digest };
    return { mediaType: mediaTypes.ociIndex, digest, size: bytes.length };
  }

  async manifest(descriptor: Pick<Descriptor, 'digest' | 'mediaType'>): Promise<OciDocument> {
    if (descriptor.digest === this.#index?.digest) return { mediaType: mediaTypes.ociIndex, bytes: this.#index.bytes };
    const file = await this.tree.find(blobPath(descriptor.digest));
    if (file === undefined) throw missing(this.name, descriptor.digest);
    // One byte more than allowed, so that the reader sees that it is too large.
    return { mediaType: descriptor.mediaType, bytes: await file.read(this.options.limits.documentBytes + 1) };
  }

  async blob(descriptor: Descriptor): Promise<AsyncIterable<Uint8Array>> {
    const file = await this.tree.find(blobPath(descriptor.digest));
    if (file === undefined) throw missing(this.name, descriptor.digest);
    return file.stream();
  }

  close(): Promise<void> {
    return this.tree.close();
  }

  async #readIndex(): Promise<{ bytes: Buffer; index: IndexDocument }> {
    const file = await this.tree.find('index.json');
    if (file === undefined)
      throw new UserError('target-invalid', `"${this.name}" is not an OCI layout: it has no index.json.`);
    const { limits } = this.options;
    const bytes = await file.read(limits.documentBytes + 1);
    const document = readDocument({ mediaType: mediaTypes.ociIndex, bytes }, { digest: sha256Of(bytes) }, limits);
    if (!document.ok)
      throw new UserError('target-invalid', `index.json of "${this.name}" was refused: ${document.error.message}.`);
    if (document.value.kind !== 'index')
      throw new UserError('target-invalid', `index.json of "${this.name}" is not an index.`);
    return { bytes, index: document.value.index };
  }

  /** Without signatures and other artifacts, which lie beside the image they are about and often have no name either. */
  async #imagesAmong(descriptors: readonly Descriptor[]): Promise<readonly Descriptor[]> {
    const images: Descriptor[] = [];
    for (const descriptor of descriptors) {
      const file = await this.tree.find(blobPath(descriptor.digest));
      if (file === undefined || isAttestation(descriptor)) continue;
      const document = readDocument(await this.manifest(descriptor), descriptor, this.options.limits);
      if (document.ok && (document.value.kind === 'index' || hasLayers(document.value.manifest)))
        images.push(descriptor);
    }
    return images;
  }

  #named(index: IndexDocument): readonly Descriptor[] {
    const { reference } = this.options;
    if (reference === undefined) return index.manifests;
    const found = index.manifests.filter(
      (descriptor) =>
        descriptor.digest === reference ||
        descriptor.annotations?.[refName] === reference ||
        descriptor.annotations?.[containerdName] === reference ||
        [':', '/'].some((before) => descriptor.annotations?.[containerdName]?.endsWith(before + reference) === true),
    );
    if (found.length === 0) {
      const names = [...new Set(index.manifests.map(nameOf))].map((name) => name ?? '(no name)').sort();
      throw new UserError(
        'target-not-found',
        `"${this.name}" holds no image "${reference}". It holds: ${names.join(', ')}.`,
      );
    }
    return found;
  }
}

/** The whole name where there is one: what docker save and containerd write of `x:1` and `y:1` has the same `ref.name`, `1`, twice. */
function nameOf(descriptor: Descriptor): string | undefined {
  return descriptor.annotations?.[containerdName] ?? descriptor.annotations?.[refName];
}

/** Two images that neither a name nor a platform tells apart: neither may be taken for the other. */
function isTwin(one: Descriptor, other: Descriptor): boolean {
  return one.digest !== other.digest && isDeepStrictEqual(one.platform, other.platform);
}

/** A signature has an image's config too; what it holds are no layers. */
function hasLayers({ layers }: ManifestDocument): boolean {
  return layers.some(({ mediaType }) => /\.(?:layer|rootfs)\./.test(mediaType));
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function missing(name: string, digest: string): UserError {
  return new UserError('blob-missing', `"${name}" refers to ${digest}, which is not in it.`);
}
