import type { Descriptor, ImageSource } from '@tidewaiter/contracts';
import { RegistryAccess } from '@tidewaiter/features/registries';
import { OperationalError, UserError } from '@tidewaiter/kit';
import type { AttachmentPlace, RegistryClient, RequestGate } from '@tidewaiter/registry';
import type { BuiltImage } from '@tidewaiter/testing';

/** A registry in memory: what was pushed, what was pulled, and what it cannot give today. */
export class MemoryRegistry extends RegistryAccess {
  /** Blobs it fails to give, by digest. */
  readonly unavailable = new Set<string>();
  /** Blobs that are at a host nobody planned, by digest. */
  readonly elsewhere = new Set<string>();
  readonly pulled: string[] = [];
  /** Why it answers nothing today. */
  failure: Error | undefined;
  /** A registry elsewhere that has what is attached to images. */
  attachedAt: RegistryClient | undefined;
  /** How often it may be asked. */
  attachedWithin: ((waits: boolean) => RequestGate) | undefined;
  private blocked: (() => Promise<void>) | undefined;
  private readonly blobs = new Map<string, Buffer>();
  private readonly descriptors = new Map<string, Descriptor>();
  private readonly tagged = new Map<string, Map<string, string>>();

  /** From now on it answers to nothing about blobs until it is released. */
  block(): { readonly begun: Promise<void>; release(): void } {
    const [begun, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    this.blocked = () => {
      begun.resolve();
      return opened.promise;
    };
    return { begun: begun.promise, release: () => opened.resolve() };
  }

  push(repository: string, image: BuiltImage, tag?: string): void {
    for (const [digest, bytes] of image.blobs) this.blobs.set(digest, bytes);
    this.descriptors.set(image.descriptor.digest, image.descriptor);
    const tags = this.tagged.get(repository) ?? new Map<string, string>();
    this.tagged.set(repository, tags);
    if (tag !== undefined) tags.set(tag, image.descriptor.digest);
  }

  override source(
    _registry: string,
    { repository, reference }: { repository: string; reference: string },
  ): ImageSource {
    return {
      name: `${repository}@${reference}`,
      resolve: () =>
        this.failure === undefined ? Promise.resolve(this.descriptor(reference)) : Promise.reject(this.failure),
      manifest: ({ digest, mediaType }) => Promise.resolve({ mediaType, bytes: this.bytes(digest) }),
      blob: async ({ digest }) => {
        await this.blocked?.();
        if (this.unavailable.has(digest)) throw new OperationalError('registry-unreachable', 'it does not answer');
        if (this.elsewhere.has(digest)) throw new UserError('host-not-allowed', 'it is at a host that is not allowed');
        this.pulled.push(digest);
        return once(this.bytes(digest));
      },
      close: () => Promise.resolve(),
    };
  }

  override attachments(
    _registry: string,
    { repository, waits, signal }: { repository: string; waits: boolean; signal?: AbortSignal },
  ): AttachmentPlace {
    if (this.attachedAt === undefined) throw new Error('nothing is attached here');
    const gate = this.attachedWithin?.(waits);
    return { client: gate === undefined ? this.attachedAt : this.attachedAt.behind(gate, signal), repository };
  }

  override resolveTag(_registry: string, { repository, tag }: { repository: string; tag: string }) {
    const tags = this.tagged.get(repository);
    const isThere = tags !== undefined && this.descriptors.has(tag);
    return Promise.resolve(isThere ? tag : tags?.get(tag));
  }

  private descriptor(digest: string): Descriptor {
    const descriptor = this.descriptors.get(digest);
    if (descriptor === undefined) throw new UserError('manifest-unknown', `there is no ${digest}`);
    return descriptor;
  }

  private bytes(digest: string): Buffer {
    const bytes = this.blobs.get(digest);
    if (bytes === undefined) throw new UserError('blob-unknown', `there is no ${digest}`);
    return bytes;
  }
}

async function* once(bytes: Buffer): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}
