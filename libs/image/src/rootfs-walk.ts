import { closeSync, constants, lstatSync, openSync, readlinkSync, readSync, type Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import type { Problem } from '@tidewaiter/contracts';
import { systemCodeOf, UserError } from '@tidewaiter/kit';
import type { LayerVisitor } from './layer-walk';
import type { Limits } from './limits';

/** Kernel file systems, mounted there in a running system: endless, and no part of an image. */
const kernelDirectories: readonly string[] = ['proc', 'sys', 'dev'];

const pieceBytes = 256 * 1024;

/**
 * Shows the visitor a directory as if it were a layer. Files are read synchronously: a trip through the thread pool for each of a
 * hundred thousand small files would take ten times as long. Symbolic links are reported and never followed, so nothing outside the
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
  const budget = new Budget(limits);
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    signal?.throwIfAborted();
    const children = await listing(root, directory, visitor);
    budget.entries += children.length;
    for (const child of children) {
      const spent = budget.spent();
      if (spent !== undefined) return spent;
      const path = directory === '' ? child.name : `${directory}/${child.name}`;
      if (Buffer.byteLength(path) > limits.pathBytes) {
        visitor.problem(tooLongPath(path, limits));
      } else if (child.isDirectory()) {
        if (directory === '' && kernelDirectories.includes(child.name)) continue;
        visitor.entry({ kind: 'directory', path });
        pending.push(path);
      } else {
        budget.bytes += visit(root, path, child, visitor);
        // Only what has to be waited for is: a hundred thousand files would else be a hundred thousand turns of the loop.
        const working = visitor.settle?.();
        if (working !== undefined) await working;
      }
    }
  }
  return undefined;
}

/** What the walk has cost, the same limits as for a layer. */
class Budget {
  entries = 0;
  bytes = 0;
  readonly #deadline: number;

  constructor(private readonly limits: Limits) {
    this.#deadline = performance.now() + limits.layerMs;
  }

  /** Why the walk goes no further. */
  spent(): Problem | undefined {
    const { entriesPerLayer, layerBytes, layerMs } = this.limits;
    if (this.entries > entriesPerLayer)
      return stopped('rootfs-too-many-entries', `has more than ${entriesPerLayer} files`);
    if (this.bytes > layerBytes)
      return stopped('rootfs-too-large', `has more than ${layerBytes} bytes to be looked at`);
    if (performance.now() > this.#deadline) return stopped('rootfs-too-slow', `took longer than ${layerMs} ms to read`);
    return undefined;
  }
}

function stopped(code: string, why: string): Problem {
  return { code, message: `The directory ${why}; the rest was not read.` };
}

function tooLongPath(path: string, { pathBytes }: Limits): Problem {
  const message = `The directory has a path that is longer than ${pathBytes} bytes; what is there was not read.`;
  return { code: 'rootfs-path-too-long', message, path: path.slice(0, 256) };
}

async function listing(root: string, directory: string, visitor: LayerVisitor): Promise<Dirent[]> {
  try {
    return await readdir(`${root}/${directory}`, { withFileTypes: true });
  } catch (error) {
    unreadable(error, directory, visitor);
    return [];
  }
}

/** The bytes that were read. */
function visit(root: string, path: string, child: Dirent, visitor: LayerVisitor): number {
  const file = `${root}/${path}`;
  try {
    if (child.isSymbolicLink()) {
      visitor.entry({ kind: 'symlink', path, target: readlinkSync(file) });
    } else if (child.isFile()) {
      return visitFile(file, path, visitor);
    } else {
      visitor.entry({ kind: 'other', path });
    }
  } catch (error) {
    unreadable(error, path, visitor);
  }
  return 0;
}

function visitFile(file: string, path: string, visitor: LayerVisitor): number {
  const { size, mode } = lstatSync(file);
  const sink = visitor.entry({ kind: 'file', path, sizeBytes: size, mode: mode & 0o7777 });
  if (sink === undefined) return 0;
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, size));
    let at = 0;
    while (at < size) {
      const bytesRead = readSync(descriptor, piece, 0, Math.min(piece.length, size - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
      if (!sink.write(piece.subarray(0, bytesRead))) return at;
    }
    sink.end();
    return at;
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(error: unknown, path: string, visitor: LayerVisitor): void {
  const code = systemCodeOf(error);
  if (code === undefined || !code.startsWith('E')) throw error;
  visitor.problem({ code: 'path-unreadable', message: `"${path}" could not be read (${code}).`, path });
}
