import type { ImageSource } from '@tidewaiter/contracts';

/** A source that counts the bytes of layers pulled through it: 0 when every layer was known. */
export interface CountingSource extends ImageSource {
  pulledBytes(): number;
  /** Media type of what the target resolved to. */
  rootMediaType(): string;
}

export function countingSource(source: ImageSource): CountingSource {
  let pulled = 0;
  let mediaType = '';
  return {
    name: source.name,
    async resolve() {
      const root = await source.resolve();
      mediaType = root.mediaType;
      return root;
    },
    manifest: (descriptor) => source.manifest(descriptor),
    async blob(descriptor) {
      const bytes = await source.blob(descriptor);
      // The configuration of an image is a document, asked for every time.
      if (descriptor.mediaType.endsWith('+json')) return bytes;
      return count(bytes, (size) => {
        pulled += size;
      });
    },
    close: () => source.close(),
    pulledBytes: () => pulled,
    rootMediaType: () => mediaType,
  };
}

async function* count(bytes: AsyncIterable<Uint8Array>, add: (size: number) => void): AsyncIterable<Uint8Array> {
  for await (const chunk of bytes) {
    add(chunk.length);
    yield chunk;
  }
}
