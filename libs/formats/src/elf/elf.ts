import type { ByteSource } from '../byte-source';
import { Fields, textUntilNul } from '../program/fields';
import type { Program, ProgramPart, ProgramSection } from '../program/program-parts';
import { programFormat } from '../program/program-format';

/** https://gabi.xinuos.com/ and elf(5). Both word sizes, both byte orders. */
export interface ElfProgram extends Program {
  readonly format: 'elf';
  readonly is64Bit: boolean;
  readonly sections: readonly ElfSection[];
  readonly notes: readonly ElfNoteArea[];
}

export interface ElfSection extends ProgramSection {
  readonly type: number;
  /** Begins with a compression header. */
  readonly isCompressed: boolean;
  /** Index of the section that belongs to it, such as the names of a symbol table. */
  readonly link: number;
}

/** Where notes lie: by a segment, or by a section in what is not linked yet. */
export interface ElfNoteArea extends ProgramPart {
  readonly alignBytes: number;
}

interface ElfHeader {
  readonly is64Bit: boolean;
  readonly isLittleEndian: boolean;
  readonly segments: Table;
  readonly sections: Table;
  readonly namesIndex: number;
}

interface Table {
  readonly offset: number;
  readonly count: number;
  readonly entryBytes: number;
}

const maxSegments = 4096;
/** Object files compiled with one section per function come near it; more is not read. */
const maxSections = 100_000;
const maxNamesBytes = 8 * 1024 * 1024;

const loadSegment = 1;
const noteSegment = 4;
const noteSection = 7;
/** Occupies memory and nothing in the file. */
const emptySection = 8;

export function isElf(program: Program): program is ElfProgram {
  return program.format === 'elf';
}

export function readElf(source: ByteSource): ElfProgram | undefined {
  const header = readHeader(source);
  if (header === undefined) return undefined;
  const segments = readSegments(source, header);
  const sections = readSections(source, header);
  const noteSections = sections.filter((section) => section.type === noteSection);
  const noteSegments = segments.filter((segment) => segment.type === noteSegment);
  return {
    format: 'elf',
    is64Bit: header.is64Bit,
    isLittleEndian: header.isLittleEndian,
    sections,
    segments: segments.filter((segment) => segment.type === loadSegment),
    notes: noteSegments.length > 0 ? noteSegments : noteSections,
  };
}

function readHeader(source: ByteSource): ElfHeader | undefined {
  const bytes = source.read(0, 64);
  if (programFormat(bytes) !== 'elf') return undefined;
  const is64Bit = bytes[4] === 2;
  if (bytes.length < (is64Bit ? 64 : 52)) return undefined;
  const isLittleEndian = bytes[5] === 1;
  const fields = new Fields(bytes, isLittleEndian);
  const sizesAt = is64Bit ? 0x36 : 0x2a;
  const header: ElfHeader = {
    is64Bit,
    isLittleEndian,
    segments: {
      offset: is64Bit ? fields.u64(0x20) : fields.u32(0x1c),
      entryBytes: fields.u16(sizesAt),
      count: fields.u16(sizesAt + 2),
    },
    sections: {
      offset: is64Bit ? fields.u64(0x28) : fields.u32(0x20),
      entryBytes: fields.u16(sizesAt + 4),
      count: fields.u16(sizesAt + 6),
    },
    namesIndex: fields.u16(sizesAt + 8),
  };
  return withExtendedCounts(source, header);
}

/** Counts that do not fit into 16 bits stand in the first section header. */
function withExtendedCounts(source: ByteSource, header: ElfHeader): ElfHeader {
  const { segments, sections, namesIndex, is64Bit } = header;
  const isExtended =
    segments.count === 0xffff || namesIndex === 0xffff || (sections.count === 0 && sections.offset > 0);
  if (!isExtended) return header;
  const first = tableRows(source, { ...sections, count: 1 }, is64Bit ? 64 : 40)[0];
  if (first === undefined) return header;
  const fields = new Fields(first, header.isLittleEndian);
  const [size, link, info] = is64Bit
    ? [fields.u64(32), fields.u32(40), fields.u32(44)]
    : [fields.u32(20), fields.u32(24), fields.u32(28)];
  return {
    ...header,
    segments: segments.count === 0xffff ? { ...segments, count: info } : segments,
    sections: sections.count === 0 ? { ...sections, count: size } : sections,
    namesIndex: namesIndex === 0xffff ? link : namesIndex,
  };
}

/** As many whole rows as the file holds, or none where the table cannot be one. */
function tableRows(source: ByteSource, table: Table, minEntryBytes: number): Buffer[] {
  const { offset, count, entryBytes } = table;
  if (entryBytes < minEntryBytes || offset === 0 || offset >= source.sizeBytes) return [];
  const bytes = source.read(offset, offset + count * entryBytes);
  const rows: Buffer[] = [];
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) rows.push(bytes.subarray(at, at + entryBytes));
  return rows;
}

function readSegments(source: ByteSource, header: ElfHeader): (ElfNoteArea & { readonly type: number })[] {
  const { is64Bit, isLittleEndian } = header;
  if (header.segments.count > maxSegments) return [];
  return tableRows(source, header.segments, is64Bit ? 56 : 32).map((row) => {
    const fields = new Fields(row, isLittleEndian);
    const flags = fields.u32(is64Bit ? 4 : 24);
    const offset = is64Bit ? fields.u64(8) : fields.u32(4);
    return {
      type: fields.u32(0),
      offset,
      address: is64Bit ? fields.u64(16) : fields.u32(8),
      sizeBytes: sizeInside(source, offset, is64Bit ? fields.u64(32) : fields.u32(16)),
      alignBytes: is64Bit ? fields.u64(48) : fields.u32(28),
      isExecutable: (flags & 1) !== 0,
      isWritable: (flags & 2) !== 0,
    };
  });
}

function readSections(source: ByteSource, header: ElfHeader): (ElfSection & ElfNoteArea)[] {
  const { is64Bit, isLittleEndian } = header;
  if (header.sections.count > maxSections) return [];
  const rows = tableRows(source, header.sections, is64Bit ? 64 : 40);
  const names = namesOf(source, rows[header.namesIndex], header);
  return rows.map((row) => {
    const fields = new Fields(row, isLittleEndian);
    const type = fields.u32(4);
    const flags = fields.u32(is64Bit && !isLittleEndian ? 12 : 8);
    const offset = is64Bit ? fields.u64(24) : fields.u32(16);
    const sizeBytes = is64Bit ? fields.u64(32) : fields.u32(20);
    return {
      name: textUntilNul(names, fields.u32(0)),
      type,
      address: is64Bit ? fields.u64(16) : fields.u32(12),
      offset,
      sizeBytes: type === emptySection ? 0 : sizeInside(source, offset, sizeBytes),
      link: fields.u32(is64Bit ? 40 : 24),
      alignBytes: is64Bit ? fields.u64(48) : fields.u32(32),
      isWritable: (flags & 1) !== 0,
      isExecutable: (flags & 4) !== 0,
      isCompressed: (flags & 0x800) !== 0,
    };
  });
}

function namesOf(source: ByteSource, row: Buffer | undefined, header: ElfHeader): Buffer {
  if (row === undefined) return Buffer.alloc(0);
  const fields = new Fields(row, header.isLittleEndian);
  const offset = header.is64Bit ? fields.u64(24) : fields.u32(16);
  const sizeBytes = header.is64Bit ? fields.u64(32) : fields.u32(20);
  return source.read(offset, offset + Math.min(sizeBytes, maxNamesBytes));
}

function sizeInside(source: ByteSource, offset: number, sizeBytes: number): number {
  return Math.max(0, Math.min(sizeBytes, source.sizeBytes - offset));
}
