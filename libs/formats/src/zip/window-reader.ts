import type { RandomAccessFile } from '../byte-source';
import type { ZipBytes } from './zip-problem';

const windowBytes = 1024 * 1024;
/** After a jump backwards little is read ahead: a directory in a hostile order must not cost a window an entry. */
const smallWindowBytes = 16 * 1024;

/** Small reads in mostly ascending order out of one window, instead of one system call each. */
export class WindowReader implements ZipBytes {
  private window: Buffer = Buffer.alloc(0);
  private start = 0;
  private end = 0;

  constructor(private readonly file: RandomAccessFile) {}

  get sizeBytes(): number {
    return this.file.sizeBytes;
  }

  async read(position: number, length: number): Promise<Buffer | undefined> {
    if (position < 0 || position + length > this.file.sizeBytes) return undefined;
    if (position < this.start || position + length > this.end) {
      const filled = await this.fill(position, length);
      if (!filled) return undefined;
    }
    return this.window.subarray(position - this.start, position - this.start + length);
  }

  private async fill(position: number, length: number): Promise<boolean> {
    const ahead = position >= this.start ? windowBytes : smallWindowBytes;
    const wanted = Math.min(Math.max(length, ahead), this.file.sizeBytes - position);
    if (this.window.length < wanted || this.window.length > Math.max(wanted, windowBytes)) {
      this.window = Buffer.allocUnsafe(Math.max(wanted, smallWindowBytes));
    }
    this.start = position;
    this.end = position;
    while (this.end < position + wanted) {
      const target = this.window.subarray(this.end - position, wanted);
      const bytesRead = await this.file.read(target, this.end);
      if (bytesRead === 0) break;
      this.end += bytesRead;
    }
    return this.end >= position + length;
  }
}

/** Each read by itself: for few and far ones, of which nothing beside them is wanted. */
export function exactReader(file: RandomAccessFile): ZipBytes {
  return {
    sizeBytes: file.sizeBytes,
    read: async (position, length) => {
      if (position < 0 || position + length > file.sizeBytes) return undefined;
      const bytes = Buffer.allocUnsafeSlow(length);
      let filled = 0;
      while (filled < length) {
        const bytesRead = await file.read(bytes.subarray(filled), position + filled);
        if (bytesRead === 0) return undefined;
        filled += bytesRead;
      }
      return bytes;
    },
  };
}
