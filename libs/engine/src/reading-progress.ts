import type { Descriptor } from '@tidewaiter/contracts';
import { LocalBytes } from '@tidewaiter/image';

export interface ReadProgress {
  /** Manifest digest. */
  readonly image: string;
  /** Layers done, and of how many. */
  readonly done: number;
  readonly layers: number;
  /** Stored bytes of the layers that were read or need not be, and of how many. */
  readonly doneBytes: number;
  readonly bytes: number;
}

type Blob = AsyncIterable<Uint8Array>;

/** How far one image is: told with every piece of a layer that is read, and with every layer that is done. */
export class ReadingProgress {
  #done = 0;
  #doneBytes = 0;
  readonly #bytes: number;

  constructor(
    private readonly image: string,
    private readonly layers: readonly Descriptor[],
    private readonly tell: (progress: ReadProgress) => void,
  ) {
    this.#bytes = layers.reduce((sum, { size }) => sum + size, 0);
  }

  /** Follows one layer while `read` reads it from what it is given. */
  async follow<T>(
    layer: Descriptor,
    open: () => Promise<Blob>,
    read: (open: () => Promise<Blob>) => Promise<T>,
  ): Promise<T> {
    let readBytes = 0;
    const result = await read(async () =>
      counted(await open(), (size) => {
        // A layer that is looked at twice counts once.
        const more = Math.min(size, layer.size - readBytes);
        readBytes += more;
        this.#add(more);
      }),
    );
    this.#done += 1;
    this.#add(layer.size - readBytes);
    return result;
  }

  #add(bytes: number): void {
    this.#doneBytes += bytes;
    this.tell({
      image: this.image,
      done: this.#done,
      layers: this.layers.length,
      doneBytes: this.#doneBytes,
      bytes: this.#bytes,
    });
  }
}

/** Bytes of a local file stay what they are: a thread reads them where they lie, and tells. */
function counted(bytes: Blob, add: (size: number) => void): Blob {
  if (!(bytes instanceof LocalBytes)) return countedPieces(bytes, add);
  const { path, start, sizeBytes } = bytes;
  return new LocalBytes(path, start, sizeBytes, add);
}

async function* countedPieces(bytes: Blob, add: (size: number) => void): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    add(chunk.length);
    yield chunk;
  }
}
