import { deflateSync } from 'node:zlib';
import { elfBytes, peBytes } from '@tidewaiter/formats';

export interface FrozenPlan {
  readonly name: string;
  readonly content: Buffer;
  readonly isStored?: boolean;
  readonly kind?: string;
}

/** For specs: an archive as `PyInstaller.archive.writers.CArchiveWriter` lays it out. */
export function archiveBytes(files: readonly FrozenPlan[]): Buffer {
  const contents: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, content, isStored = false, kind = 'x' } of files) {
    const stored = isStored ? content : deflateSync(content);
    entries.push(entry({ name, kind, isStored, numbers: [offset, stored.length, content.length] }));
    contents.push(stored);
    offset += stored.length;
  }
  const table = Buffer.concat(entries);
  const cookie = Buffer.alloc(88);
  Buffer.from('4d45490c0b0a0b0e', 'hex').copy(cookie);
  for (const [index, value] of [offset + table.length + 88, offset, table.length, 311].entries()) {
    cookie.writeUInt32BE(value, 8 + 4 * index);
  }
  cookie.write('libpython3.11.so.1.0', 24);
  return Buffer.concat([...contents, table, cookie]);
}

/** For specs: the loader with the archive in its section, as on Linux. */
export function frozenElf(files: readonly FrozenPlan[]): Buffer {
  return elfBytes({ sections: [{ name: 'pydata', content: archiveBytes(files) }] });
}

/** For specs: the archive behind the loader, with a signature behind it, as on Windows. */
export function frozenPe(files: readonly FrozenPlan[], signature = Buffer.alloc(0)): Buffer {
  return Buffer.concat([peBytes([{ name: '.text', content: Buffer.alloc(64) }]), archiveBytes(files), signature]);
}

/** Names are padded so that entries are multiples of 16 bytes long. */
function entry(plan: { name: string; kind: string; isStored: boolean; numbers: readonly number[] }): Buffer {
  const nameBytes = Buffer.byteLength(plan.name) + 1;
  const length = Math.ceil((18 + nameBytes) / 16) * 16;
  const bytes = Buffer.alloc(length);
  for (const [index, value] of [length, ...plan.numbers].entries()) bytes.writeUInt32BE(value, 4 * index);
  bytes[16] = plan.isStored ? 0 : 1;
  bytes.write(plan.kind, 17, 'latin1');
  bytes.write(plan.name, 18);
  return bytes;
}
