import { bufferSource, type ByteSource } from '../byte-source';
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
  let count = 0;
  for (const area of areasOf(source)) {
    const bytes = source.read(area.start, Math.min(area.end, area.start + maxAreaBytes));
    for (const { owner, type, start, end } of notesIn(bufferSource(bytes), { ...area, start: 0, end: bytes.length })) {
      if (end > bytes.length) break;
      if (++count > maxNotes) return;
      yield { owner, type, content: bytes.subarray(start, end) };
    }
  }
}

/** Whose notes an ELF file has, and of which type. Their contents, which may be a whole application, are passed over and not read. */
export function* elfNoteNames(source: ByteSource): Generator<Omit<ElfNote, 'content'>> {
  let count = 0;
  for (const area of areasOf(source)) {
    for (const { owner, type } of notesIn(source, area)) {
      if (++count > maxNotes) return;
      yield { owner, type };
    }
  }
}

/** Where notes lie, one behind the other. */
interface Area {
  readonly start: number;
  readonly end: number;
  readonly alignBytes: 4 | 8;
  readonly isLittleEndian: boolean;
}

function* areasOf(source: ByteSource): Generator<Area> {
  const program = readProgram(source);
  if (program === undefined || !isElf(program)) return;
  const { isLittleEndian } = program;
  for (const { offset, sizeBytes, alignBytes } of program.notes.slice(0, maxAreas)) {
    yield { start: offset, end: offset + sizeBytes, alignBytes: alignBytes === 8 ? 8 : 4, isLittleEndian };
  }
}

/** Where the content lies, as the note itself says: it may be behind the end of the area. */
type PlacedNote = Omit<ElfNote, 'content'> & { readonly start: number; readonly end: number };

const headBytes = 12;
/** No owner that is asked for has a longer name. */
const maxOwnerBytes = 64;

function* notesIn(source: ByteSource, { start: first, end, alignBytes, isLittleEndian }: Area): Generator<PlacedNote> {
  for (let at = first; at + headBytes <= end;) {
    const head = source.read(at, Math.min(end, at + headBytes + maxOwnerBytes));
    if (head.length < headBytes) return;
    const fields = new Fields(head, isLittleEndian);
    const ownerBytes = fields.u32(0);
    const start = first + alignedTo(at - first + headBytes + ownerBytes, alignBytes);
    const contentEnd = start + fields.u32(4);
    const owner = textUntilNul(head.subarray(headBytes, headBytes + ownerBytes));
    yield { owner, type: fields.u32(8), start, end: contentEnd };
    at = first + alignedTo(contentEnd - first, alignBytes);
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
