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
  finish(repository: string, id: string, digest: string): Promise<number>;
  cancel(repository: string, id: string): Promise<void>;
}

interface Progress {
  hash: Hash;
  hashedBytes: number;
  busy: boolean;
}

export async function openUploadStore(dataDir: string, blobs: BlobStore, maxBlobBytes: number): Promise<UploadStore> {
  const root = join(dataDir, 'uploads');
  await mkdir(root, { recursive: true });
  await removeAbandoned(root);
  const running = new Map<string, Progress>();

  /** An upload belongs to the repository it was started in: the repository's digest is part of the file name. */
  function pathOf(repository: string, id: string): string {
    if (!idForm.test(id)) throw unknownUpload();
    return join(root, `${id}.${createHash('sha256').update(repository).digest('hex').slice(0, 32)}`);
  }

  async function status(repository: string, id: string): Promise<Upload> {
    try {
      return { id, offset: (await stat(pathOf(repository, id))).size };
    } catch (error) {
      if (isNotFound(error)) throw unknownUpload();
      throw error;
    }
  }

  async function exclusively<T>(repository: string, id: string, work: (progress: Progress) => Promise<T>): Promise<T> {
    await status(repository, id);
    const progress = running.get(id) ?? { hash: createHash('sha256'), hashedBytes: 0, busy: false };
    if (progress.busy) {
      throw new RegistryFault(409, 'BLOB_UPLOAD_INVALID', 'another request is writing to this upload');
    }
    running.set(id, progress);
    progress.busy = true;
    try {
      return await work(progress);
    } finally {
      progress.busy = false;
    }
  }

  async function drop(repository: string, id: string): Promise<void> {
    running.delete(id);
    await rm(pathOf(repository, id), { force: true });
  }

  return {
    status,
    async start(repository) {
      const id = randomUUID();
      await writeFile(pathOf(repository, id), '');
      return { id, offset: 0 };
    },
    append: (repository, id, bytes) =>
      exclusively(repository, id, async (progress) => {
        const path = pathOf(repository, id);
        await catchUp(path, progress);
        await appendTo(path, bytes, progress, maxBlobBytes);
        return { id, offset: progress.hashedBytes };
      }),
    finish: (repository, id, digest) =>
      exclusively(repository, id, async (progress) => {
        const path = pathOf(repository, id);
        await catchUp(path, progress);
        const sizeBytes = progress.hashedBytes;
        if (digestOf(progress.hash.copy()) !== digest) {
          await drop(repository, id);
          throw new RegistryFault(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content', {
            detail: { digest },
          });
        }
        await flushFile(path);
        await blobs.adopt(path, digest);
        await drop(repository, id);
        return sizeBytes;
      }),
    async cancel(repository, id) {
      await status(repository, id);
      await drop(repository, id);
    },
  };
}

/** After a restart the running digest is gone; the file is still there to take it from. */
async function catchUp(path: string, progress: Progress): Promise<void> {
  const { size } = await stat(path);
  if (size === progress.hashedBytes) return;
  progress.hash = createHash('sha256');
  progress.hashedBytes = 0;
  for await (const chunk of createReadStream(path)) {
    progress.hash.update(chunk);
    progress.hashedBytes += chunk.length;
  }
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
      progress.hash.update(chunk);
      progress.hashedBytes += chunk.byteLength;
    }
  } finally {
    await file.close();
  }
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
