import { inflateSync } from 'node:zlib';
import { readProgram, type ByteSource } from '@tidewaiter/formats';

/** A file in the archive that a frozen program unpacks or loads from. */
export interface FrozenFile {
  readonly name: string;
  readonly offset: number;
  readonly storedBytes: number;
  readonly sizeBytes: number;
  readonly isCompressed: boolean;
}

/** https://pyinstaller.org/en/stable/advanced-topics.html */
const magic = Buffer.from([0x4d, 0x45, 0x49, 0x0c, 0x0b, 0x0a, 0x0b, 0x0e]);
const cookieBytes = 88;
const entryHeadBytes = 18;
const maxTableBytes = 64 * 1024 * 1024;
/** A signature follows the archive where programs are signed; where they are not, the archive is the end. */
const signatureBytes = 64 * 1024;

/** Undefined for programs that carry no archive of PyInstaller. `damaged` where its table cannot be read or has too many entries. */
export function frozenFiles(source: ByteSource, maxFiles: number): readonly FrozenFile[] | 'damaged' | undefined {
  const at = cookieOffset(source);
  if (at === undefined) return undefined;
  const cookie = source.read(at, at + cookieBytes);
  const start = at + cookieBytes - cookie.readUInt32BE(8);
  const tableOffset = start + cookie.readUInt32BE(12);
  const tableBytes = cookie.readUInt32BE(16);
  if (start < 0 || tableBytes > maxTableBytes || tableOffset + tableBytes > at) return 'damaged';
  return entriesOf(source.read(tableOffset, tableOffset + tableBytes), start, { end: at, maxFiles });
}

/** Undefined where it cannot be inflated, is not as long as the table says, or is longer than `maxBytes`. */
export function frozenContent(source: ByteSource, file: FrozenFile, maxBytes: number): Buffer | undefined {
  if (file.sizeBytes > maxBytes || file.storedBytes > maxBytes) return undefined;
  const stored = source.read(file.offset, file.offset + file.storedBytes);
  if (!file.isCompressed) return stored;
  if (file.sizeBytes === 0) return Buffer.alloc(0);
  try {
    const content = inflateSync(stored, { maxOutputLength: file.sizeBytes });
    return content.length === file.sizeBytes ? content : undefined;
  } catch {
    return undefined;
  }
}

/** In ELF the archive is a section of its own; builders without objcopy, Windows and macOS have it behind everything else. */
function cookieOffset(source: ByteSource): number | undefined {
  const program = readProgram(source);
  if (program === undefined) return undefined;
  const section = program.sections.find(({ name }) => name === 'pydata');
  const end = section === undefined ? source.sizeBytes : section.offset + section.sizeBytes;
  const searched = program.format === 'elf' ? cookieBytes : signatureBytes;
  const from = Math.max(0, end - searched);
  const found = source.read(from, end).lastIndexOf(magic);
  const at = from + found;
  return found === -1 || at + cookieBytes > end ? undefined : at;
}

interface Bounds {
  readonly end: number;
  readonly maxFiles: number;
}

/** Length of the entry, place, stored and real size, whether it is compressed, its kind, then its name up to a NUL. */
function entriesOf(table: Buffer, start: number, { end, maxFiles }: Bounds): readonly FrozenFile[] | 'damaged' {
  const files: FrozenFile[] = [];
  for (let at = 0; at < table.length;) {
    if (at + entryHeadBytes > table.length || files.length >= maxFiles) return 'damaged';
    const length = table.readUInt32BE(at);
    if (length <= entryHeadBytes || at + length > table.length) return 'damaged';
    const [name = ''] = table.toString('utf8', at + entryHeadBytes, at + length).split('\0', 1);
    const file = {
      name,
      offset: start + table.readUInt32BE(at + 4),
      storedBytes: table.readUInt32BE(at + 8),
      sizeBytes: table.readUInt32BE(at + 12),
      isCompressed: table[at + 16] === 1,
    };
    if (file.offset + file.storedBytes > end) return 'damaged';
    files.push(file);
    at += length;
  }
  return files;
}
