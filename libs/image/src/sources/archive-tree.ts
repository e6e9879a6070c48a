import { open, type FileHandle } from 'node:fs/promises';
import { UserError } from '@tidewaiter/kit';
import { cleanEntryPath, parentOf } from '../entry-path';
import type { Limits } from '../limits';
import { TarFault } from '../tar/tar-header';
import { TarReader } from '../tar/tar-reader';
import type { FileSpan, FileTree } from './file-tree';
import { LocalBytes, readSpan } from './local-bytes';

type ArchiveEntry =
  | { readonly kind: 'file'; readonly start: number; readonly sizeBytes: number }
  | { readonly kind: 'link'; readonly target: string };

const windowBytes = 64 * 1024;
const linkHops = 8;

/**
 * An uncompressed tar file. Its order says nothing (manifest.json commonly comes last), so the headers are read once, jumping
 * over the contents, and files are then read where they lie.
 */
export class ArchiveTree implements FileTree {
  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    private readonly entries: ReadonlyMap<string, ArchiveEntry>,
    private readonly onClose: () => Promise<void>,
  ) {}

  static async open(
    file: string,
    limits: Limits,
    onClose: () => Promise<void> = async () => undefined,
  ): Promise<ArchiveTree> {
    const handle = await open(file, 'r');
    try {
      const entries = await readIndex(handle, limits);
      return new ArchiveTree(file, handle, entries, onClose);
    } catch (error) {
      await handle.close();
      if (!(error instanceof TarFault)) throw error;
      throw new UserError('archive-invalid', `"${file}" cannot be read as a tar archive: ${error.message}.`, {
        cause: error,
      });
    }
  }

  find(path: string): Promise<FileSpan | undefined> {
    let entry = this.entries.get(path);
    for (let hop = 0; entry?.kind === 'link' && hop < linkHops; hop++) entry = this.entries.get(entry.target);
    if (entry?.kind !== 'file') return Promise.resolve(undefined);
    const { start, sizeBytes } = entry;
    return Promise.resolve({
      sizeBytes,
      read: (limitBytes) => readSpan(this.handle, start, Math.min(sizeBytes, limitBytes)),
      stream: () => new LocalBytes(this.file, start, sizeBytes),
    });
  }

  async close(): Promise<void> {
    await this.handle.close();
    await this.onClose();
  }
}

async function readIndex(handle: FileHandle, limits: Limits): Promise<Map<string, ArchiveEntry>> {
  const entries = new Map<string, ArchiveEntry>();
  const { size } = await handle.stat();
  let contentStart = 0;
  const reader = new TarReader(
    {
      entry(entry) {
        const path = cleanEntryPath(entry.name);
        if (!path.ok) return undefined;
        if (entry.kind === 'file') {
          entries.set(path.value, { kind: 'file', start: contentStart, sizeBytes: entry.sizeBytes });
        } else if (entry.kind === 'symlink' || entry.kind === 'hardlink') {
          // `docker save` of old writes equal layers as symbolic links to one another.
          const from = entry.kind === 'symlink' && !entry.linkName.startsWith('/') ? `${parentOf(path.value)}/` : '';
          const target = cleanEntryPath(from + entry.linkName);
          if (target.ok) entries.set(path.value, { kind: 'link', target: target.value });
        }
        return undefined;
      },
    },
    limits,
  );
  let at = 0;
  while (at < size && !reader.ended) {
    const window = await readSpan(handle, at, Math.min(windowBytes, size - at));
    if (window.length === 0) break;
    let used = 0;
    while (used < window.length && reader.skippableBytes === 0) {
      contentStart = at + used + 512;
      reader.write(window.subarray(used, Math.min(used + 512, window.length)));
      used += 512;
    }
    at += Math.min(used, window.length);
    const jump = Math.min(reader.skippableBytes, size - at);
    if (jump > 0) {
      reader.skipped(jump);
      at += jump;
    }
  }
  reader.end();
  return entries;
}
