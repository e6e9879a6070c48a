import type { ByteSource } from '../byte-source';
import { Fields, textUntilNul } from '../program/fields';
import { readProgram } from '../program/program';
import { isElf } from './elf';

export interface ElfNote {
  readonly owner: string;
  readonly type: number;
  readonly content: Buffer;
}

/** Notes are small; an area that claims to be larger is read up to here. */
const maxAreaBytes = 1024 * 1024;
const maxAreas = 64;
const maxNotes = 1024;

/** The notes of an ELF file; none where it is not one. */
export function* elfNotes(source: ByteSource): Generator<ElfNote> {
  const program = readProgram(source);
  if (program === undefined || !isElf(program)) return;
  let count = 0;
  for (const area of program.notes.slice(0, maxAreas)) {
    const bytes = source.read(area.offset, area.offset + Math.min(area.sizeBytes, maxAreaBytes));
    for (const note of notesOf(bytes, program.isLittleEndian, area.alignBytes === 8 ? 8 : 4)) {
      if (++count > maxNotes) return;
      yield note;
    }
  }
}

/** Whose notes an ELF file has, and of which type. Their contents, which may be a whole application, are passed over and not read. */
export function* elfNoteNames(source: ByteSource): Generator<Omit<ElfNote, 'content'>> {
  const program = readProgram(source);
  if (program === undefined || !isElf(program)) return;
  let count = 0;
  for (const area of program.notes.slice(0, maxAreas)) {
    const end = area.offset + area.sizeBytes;
    const alignBytes = area.alignBytes === 8 ? 8 : 4;
    for (let at = area.offset; at + 12 <= end && ++count <= maxNotes;) {
      const head = source.read(at, Math.min(end, at + 12 + maxOwnerBytes));
      if (head.length < 12) break;
      const fields = new Fields(head, program.isLittleEndian);
      yield { owner: textUntilNul(head.subarray(12, 12 + fields.u32(0))), type: fields.u32(8) };
      const contentAt = alignedTo(at - area.offset + 12 + fields.u32(0), alignBytes);
      at = area.offset + alignedTo(contentAt + fields.u32(4), alignBytes);
    }
  }
}

const maxOwnerBytes = 64;

function* notesOf(bytes: Buffer, isLittleEndian: boolean, alignBytes: number): Generator<ElfNote> {
  const fields = new Fields(bytes, isLittleEndian);
  let at = 0;
  while (at + 12 <= bytes.length) {
    const contentStart = alignedTo(at + 12 + fields.u32(at), alignBytes);
    const contentEnd = contentStart + fields.u32(at + 4);
    if (contentEnd > bytes.length) return;
    yield {
      owner: textUntilNul(bytes.subarray(at + 12, at + 12 + fields.u32(at))),
      type: fields.u32(at + 8),
      content: bytes.subarray(contentStart, contentEnd),
    };
    at = alignedTo(contentEnd, alignBytes);
  }
}

function alignedTo(at: number, alignBytes: number): number {
  return Math.ceil(at / alignBytes) * alignBytes;
}

const gnuBuildId = 3;
const goBuildId = 4;
const maxBuildIdBytes = 256;

/**
 * What names one build of an ELF file: the GNU build id in hexadecimal, as debuginfod asks for it; otherwise Go's
 * (`aaaa/bbbb/cccc/dddd`). Undefined where the file has neither, or is no ELF file.
 */
export function elfBuildId(source: ByteSource): string | undefined {
  let ofGo: string | undefined;
  for (const { owner, type, content } of elfNotes(source)) {
    if (content.length === 0 || content.length > maxBuildIdBytes) continue;
    if (owner === 'GNU' && type === gnuBuildId) return content.toString('hex');
    if (owner === 'Go' && type === goBuildId) ofGo ??= content.toString('latin1');
  }
  return ofGo;
}
