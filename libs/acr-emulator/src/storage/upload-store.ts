import { createHash, randomUUID, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { RegistryFault } from '../fault';
import { digestOf, flushFile, isNotFound, type BlobStore } from './blob-store';

const idForm = /^[0-9a-f-]{36}$/;
const abandonedAfterMs = 24 * 60 * 60 * 1000;

export interface Upload {
  readonly id: string;
  /** Bytes received so far; the next byte has this offset. */
  readonly offset: number;
}

/** Unfinished uploads: one file each, whose length is the offset, so they survive a restart. */
export interface UploadStore {
  start(repository: string): Promise<Upload>;
  status(repository: string, id: string): Promise<Upload>;
  append(repository: string, id: string, bytes: Readable): Promise<Upload>;
  /** Verifies the digest over everything received and turns the upload into a blob; a wrong digest ends the upload. */
  finish(repository: string, id: string, digest: string): Promise<void>;
  cancel(repository: string, id: string): Promise<void>;
}

export async function openUploadStore(dataDir: string, blobs: BlobStore, maxBlobBytes: number): Promise<UploadStore> {
  const root = join(dataDir, 'uploads');
  await mkdir(root, { recursive: true });
  await removeAbandoned(root);
  return new FileUploadStore(root, blobs, maxBlobBytes);
}

/** The running digest of an upload, and whether somebody is writing to it. */
interface Progress {
  hash: Hash;
  hashedBytes: number;
  busy: boolean;
}

class FileUploadStore implements UploadStore {
  readonly #running = new Map<string, Progress>();

  constructor(
    readonly root: string,
    readonly blobs: BlobStore,
    readonly maxBlobBytes: number,
  ) {}

  async start(repository: string): Promise<Upload> {
    const id = randomUUID();
    await writeFile(this.#pathOf(repository, id), '');
    return { id, offset: 0 };
  }

  async status(repository: string, id: string): Promise<Upload> {
    try {
      return { id, offset: (await stat(this.#pathOf(repository, id))).size };
    } catch (error) {
      if (isNotFound(error)) throw unknownUpload();
      throw error;
    }
  }

  append(repository: string, id: string, bytes: Readable): Promise<Upload> {
    return this.#exclusively(repository, id, async (path, progress) => {
      await appendTo(path, bytes, progress, this.maxBlobBytes);
      return { id, offset: progress.hashedBytes };
    });
  }

  finish(repository: string, id: string, digest: string): Promise<void> {
    return this.#exclusively(repository, id, async (path, progress) => {
      if (digestOf(progress.hash.copy()) !== digest) {
        await this.#drop(path, id);
        throw new RegistryFault(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content', {
          detail: { digest },
        });
      }
      await flushFile(path);
      await this.blobs.adopt(path, digest);
      await this.#drop(path, id);
    });
  }

  async cancel(repository: string, id: string): Promise<void> {
    await this.status(repository, id);
    await this.#drop(this.#pathOf(repository, id), id);
  }

  /** An upload belongs to the repository it was started in: the repository's digest is part of the file name. */
  #pathOf(repository: string, id: string): string {
    if (!idForm.test(id)) throw unknownUpload();
    return join(this.root, `${id}.${createHash('sha256').update(repository).digest('hex').slice(0, 32)}`);
  }

  async #exclusively<T>(
    repository: string,
    id: string,
    work: (path: string, progress: Progress) => Promise<T>,
  ): Promise<T> {
    await this.status(repository, id);
    const progress = this.#running.get(id) ?? { hash: createHash('sha256'), hashedBytes: 0, busy: false };
    if (progress.busy) {
      throw new RegistryFault(409, 'BLOB_UPLOAD_INVALID', 'another request is writing to this upload');
    }
    this.#running.set(id, progress);
    progress.busy = true;
    try {
      const path = this.#pathOf(repository, id);
      await catchUp(path, progress);
      return await work(path, progress);
    } finally {
      progress.busy = false;
    }
  }

  async #drop(path: string, id: string): Promise<void> {
    this.#running.delete(id);
    await rm(path, { force: true });
  }
}

/** After a restart the running digest is gone; the file is still there to take it from. */
async function catchUp(path: string, progress: Progress): Promise<void> {
  const { size } = await stat(path);
  if (size === progress.hashedBytes) return;
  progress.hash = createHash('sha256');
  progress.hashedBytes = 0;
  for await (const chunk of createReadStream(path)) take(progress, chunk);
}

async function appendTo(path: string, bytes: Readable, progress: Progress, maxBlobBytes: number): Promise<void> {
  const file = await open(path, 'a');
  try {
    for await (const chunk of bytes) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('upload body is not binary');
      if (progress.hashedBytes + chunk.byteLength > maxBlobBytes) {
        throw new RegistryFault(413, 'SIZE_INVALID', `blob is larger than ${maxBlobBytes} bytes`, {
          headers: { Connection: 'close' },
        });
      }
      await file.appendFile(chunk);
      take(progress, chunk);
    }
  } finally {
    await file.close();
  }
}

function take(progress: Progress, chunk: unknown): void {
  if (!Buffer.isBuffer(chunk)) throw new TypeError('upload is not binary');
  progress.hash.update(chunk);
  progress.hashedBytes += chunk.byteLength;
}

async function removeAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const path = join(root, name);
    if (Date.now() - (await stat(path)).mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
}

function unknownUpload(): RegistryFault {
  return new RegistryFault(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
}
