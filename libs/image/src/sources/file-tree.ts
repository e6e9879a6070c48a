import { systemCodeOf } from '@tidewaiter/kit';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalBytes, readSpan } from './local-bytes';

/** The files of a layout, wherever they lie: a directory, or inside an archive. Paths use `/` and are clean. */
export interface FileTree {
  /** Undefined when there is no such regular file. */
  find(path: string): Promise<FileSpan | undefined>;
  close(): Promise<void>;
}

export interface FileSpan {
  readonly sizeBytes: number;
  /** The bytes from `start`, at most `limitBytes` of them. */
  read(limitBytes: number): Promise<Buffer>;
  stream(): AsyncIterable<Uint8Array>;
}

/** A directory of the local file system. */
export class DirectoryTree implements FileTree {
  constructor(private readonly root: string) {}

  async find(path: string): Promise<FileSpan | undefined> {
    const file = join(this.root, path);
    const stats = await stat(file).catch(absent);
    // Opening a pipe or device would wait for ever.
    if (stats?.isFile() !== true) return undefined;
    return {
      sizeBytes: stats.size,
      read: (limitBytes) => withFile(file, (handle) => readSpan(handle, 0, Math.min(stats.size, limitBytes))),
      stream: () => new LocalBytes(file, 0, stats.size),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(file, 'r');
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

export function absent(error: unknown): undefined {
  const code = systemCodeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
  throw error;
}
