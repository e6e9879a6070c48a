import { constants } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import type { Problem } from '@tidewaiter/contracts';
import { UserError } from '@tidewaiter/kit';
import type { LayerVisitor } from './layer-walk';
import type { Limits } from './limits';
import { readSpan } from './sources/file-tree';
import { systemCodeOf } from './system-error';

/** Kernel file systems, mounted there in a running system: endless, and no part of an image. */
const kernelDirectories: readonly string[] = ['proc', 'sys', 'dev'];

/**
 * Shows the visitor a directory as if it were a layer. Symbolic links are reported and never followed, so nothing outside the
 * root is read.
 */
export async function walkRootfs(
  root: string,
  visitor: LayerVisitor,
  limits: Limits,
  signal?: AbortSignal,
): Promise<Problem | undefined> {
  const stats = await lstat(root);
  if (!stats.isDirectory()) throw new UserError('target-invalid', `"${root}" is not a directory.`);
  const pending = [''];
  let entries = 0;
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    signal?.throwIfAborted();
    const children = await listing(root, directory, visitor);
    entries += children.length;
    if (entries > limits.entriesPerLayer) {
      return {
        code: 'rootfs-too-many-entries',
        message: `The directory has more than ${limits.entriesPerLayer} files; the rest was not read.`,
      };
    }
    for (const child of children) {
      const path = directory === '' ? child.name : `${directory}/${child.name}`;
      if (child.isDirectory()) {
        if (directory === '' && kernelDirectories.includes(child.name)) continue;
        visitor.entry({ kind: 'directory', path });
        pending.push(path);
      } else {
        await visit(root, path, child, visitor);
      }
    }
    await visitor.settle?.();
  }
  return undefined;
}

async function listing(root: string, directory: string, visitor: LayerVisitor): Promise<Dirent[]> {
  try {
    return await readdir(`${root}/${directory}`, { withFileTypes: true });
  } catch (error) {
    unreadable(error, directory, visitor);
    return [];
  }
}

async function visit(root: string, path: string, child: Dirent, visitor: LayerVisitor): Promise<void> {
  const file = `${root}/${path}`;
  try {
    if (child.isSymbolicLink()) {
      visitor.entry({ kind: 'symlink', path, target: await readlink(file) });
    } else if (child.isFile()) {
      await visitFile(file, path, visitor);
    } else {
      visitor.entry({ kind: 'other', path });
    }
  } catch (error) {
    unreadable(error, path, visitor);
  }
}

/** The size decides whether it is wanted, but only names that could be wanted are worth a stat: the visitor is asked first. */
async function visitFile(file: string, path: string, visitor: LayerVisitor): Promise<void> {
  if (!visitor.entry({ kind: 'file', path, sizeBytes: 0 })) return;
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = await handle.stat();
    if (!visitor.entry({ kind: 'file', path, sizeBytes: size })) return;
    visitor.content(path, await readSpan(handle, 0, size));
  } finally {
    await handle.close();
  }
}

function unreadable(error: unknown, path: string, visitor: LayerVisitor): void {
  const code = systemCodeOf(error);
  if (code === undefined || !code.startsWith('E')) throw error;
  visitor.problem({ code: 'path-unreadable', message: `"${path}" could not be read (${code}).`, path });
}
