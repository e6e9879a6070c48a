import { createHash, type Hash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '@tidewaiter/kit';
import { RegistryFault } from '../fault';

const digestForm = /^sha256:[0-9a-f]{64}$/;

/** Bytes by digest: `blobs/<two hex digits>/<hex>`, complete or absent. */
export interface BlobStore {
  sizeOf(digest: string): Promise<number | undefined>;
  read(digest: string): Promise<Uint8Array>;
  stream(digest: string, range?: { readonly start: number; readonly end: number }): ReadStream;
  /** Puts a small document under its digest. */
  put(bytes: Uint8Array): Promise<string>;
  /** Moves a finished file, whose digest the caller has verified, to its place. */
  adopt(path: string, digest: string): Promise<void>;
  /** Removes every blob that is not kept. */
  sweep(isKept: (digest: string) => boolean): Promise<number>;
}

export function assertDigest(digest: string): void {
  if (!digestForm.test(digest)) {
    throw new RegistryFault(400, 'DIGEST_INVALID', 'provided digest is not a sha256 digest', { detail: { digest } });
  }
}

export function digestOf(hash: Hash): string {
  return `sha256:${hash.digest('hex')}`;
}

export async function openBlobStore(dataDir: string): Promise<BlobStore> {
  const root = join(dataDir, 'blobs');
  await mkdir(root, { recursive: true });

  function pathOf(digest: string): string {
    assertDigest(digest);
    const hex = digest.slice('sha256:'.length);
    return join(root, hex.slice(0, 2), hex);
  }

  async function adopt(path: string, digest: string): Promise<void> {
    const target = pathOf(digest);
    await mkdir(join(target, '..'), { recursive: true });
    await rename(path, target);
  }

  return {
    adopt,
    async sizeOf(digest) {
      try {
        return (await stat(pathOf(digest))).size;
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    read: (digest) => readFile(pathOf(digest)),
    stream: (digest, range) => createReadStream(pathOf(digest), range),
    async put(bytes) {
      const digest = digestOf(createHash('sha256').update(bytes));
      const temporary = join(root, `${digest.slice('sha256:'.length)}.${process.hrtime.bigint()}.part`);
      await writeFile(temporary, bytes, { flush: true });
      await adopt(temporary, digest);
      return digest;
    },
    async sweep(isKept) {
      let removed = 0;
      for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || isKept(`sha256:${entry.name}`)) continue;
        await rm(join(entry.parentPath, entry.name));
        removed += 1;
      }
      return removed;
    },
  };
}

/** Flushes a file's bytes to disk, so that a rename never names a file with a hole. */
export async function flushFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

export function isNotFound(error: unknown): boolean {
  return systemCodeOf(error) === 'ENOENT';
}
