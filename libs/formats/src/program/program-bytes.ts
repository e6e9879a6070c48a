import { Writer } from './writer';

/** One section to write. With an address it is loaded there; without content it is only announced. */
export interface SectionPlan {
  readonly name: string;
  readonly content: Buffer;
  readonly address?: number;
  readonly isWritable?: boolean;
  /** ELF: SHT_PROGBITS unless said otherwise. */
  readonly type?: number;
  readonly flags?: number;
  /** ELF: index of another section; the first of the plan is 1. */
  readonly link?: number;
}

export interface ProgramPlan {
  readonly sections: readonly SectionPlan[];
  readonly isLittleEndian?: boolean;
  readonly is64Bit?: boolean;
  /** ELF without a section table, as `sstrip` leaves it. */
  readonly isStripped?: boolean;
}

const wordSizes = { header: { wide: 64, narrow: 52 }, segment: { wide: 56, narrow: 32 } } as const;

/** For specs: an ELF file written by hand, so that it can be wrong on purpose. Contents first, then the section table. */
export function elfBytes(plan: ProgramPlan): Buffer {
  const { isLittleEndian = true, is64Bit = true, isStripped = false } = plan;
  const width = is64Bit ? 'wide' : 'narrow';
  const names = namesSection(plan.sections);
  const sections = [...plan.sections, { name: '.shstrtab', content: names.bytes, type: 3 }];
  const segments = plan.sections.filter((section) => section.address !== undefined || section.type === 7);
  const contentStart = wordSizes.header[width] + segments.length * wordSizes.segment[width];
  const offsets = offsetsOf(sections, contentStart);
  const tableAt = aligned((offsets.at(-1) ?? contentStart) + names.bytes.length);
  const w = new Writer(isLittleEndian, is64Bit);
  w.raw(Buffer.from([0x7f, 0x45, 0x4c, 0x46, is64Bit ? 2 : 1, isLittleEndian ? 1 : 2, 1, ...Array<number>(9).fill(0)]));
  w.u16(2)
    .u16(62)
    .u32(1)
    .word(0)
    .word(wordSizes.header[width])
    .word(isStripped ? 0 : tableAt)
    .u32(0);
  w.u16(wordSizes.header[width]).u16(wordSizes.segment[width]).u16(segments.length);
  w.u16(is64Bit ? 64 : 40)
    .u16(isStripped ? 0 : sections.length + 1)
    .u16(isStripped ? 0 : sections.length);
  for (const segment of segments) {
    const size = segment.content.length;
    const offset = offsets[sections.indexOf(segment)] ?? 0;
    const access = segment.isWritable === true ? 6 : 4;
    w.u32(segment.type === 7 ? 4 : 1);
    if (is64Bit) w.u32(access);
    w.word(offset)
      .word(segment.address ?? 0)
      .word(segment.address ?? 0)
      .word(size)
      .word(size);
    if (!is64Bit) w.u32(access);
    w.word(4);
  }
  for (const [index, section] of sections.entries()) w.at(offsets[index] ?? 0).raw(section.content);
  if (isStripped) return w.bytes();
  w.at(tableAt).raw(Buffer.alloc(is64Bit ? 64 : 40));
  for (const [index, section] of sections.entries()) {
    w.u32(names.offsets[index] ?? 0).u32(section.type ?? 1);
    w.word(section.flags ?? (section.isWritable === true ? 3 : 2)).word(section.address ?? 0);
    w.word(offsets[index] ?? 0)
      .word(section.content.length)
      .u32(section.link ?? 0)
      .u32(0)
      .word(1)
      .word(0);
  }
  return w.bytes();
}

/** For specs: a PE32+ image. */
export function peBytes(sections: readonly SectionPlan[], imageBase = 0x140000000): Buffer {
  const headerAt = 0x80;
  const optionalBytes = 112;
  const tableAt = headerAt + 24 + optionalBytes;
  const offsets = offsetsOf(sections, tableAt + sections.length * 40);
  const w = new Writer(true, true);
  w.raw(Buffer.from('MZ')).at(0x3c).u32(headerAt).at(headerAt).raw(Buffer.from('PE\0\0'));
  w.u16(0x8664).u16(sections.length).u32(0).u32(0).u32(0).u16(optionalBytes).u16(0x22);
  w.u16(0x20b)
    .at(headerAt + 24 + 24)
    .word(imageBase);
  for (const [index, section] of sections.entries()) {
    const at = tableAt + index * 40;
    w.at(at)
      .raw(Buffer.from(section.name))
      .at(at + 8);
    w.u32(section.content.length)
      .u32((section.address ?? imageBase) - imageBase)
      .u32(section.content.length);
    w.u32(offsets[index] ?? 0)
      .at(at + 36)
      .u32(section.isWritable === true ? 0xc0000040 : 0x40000040);
  }
  for (const [index, section] of sections.entries()) w.at(offsets[index] ?? 0).raw(section.content);
  return w.bytes();
}

/** For specs: a 64-bit Mach-O file, one segment a section. */
export function machoBytes(sections: readonly SectionPlan[], isLittleEndian = true): Buffer {
  const commandBytes = 72 + 80;
  const offsets = offsetsOf(sections, 32 + sections.length * commandBytes);
  const w = new Writer(isLittleEndian, true);
  w.u32(0xfeedfacf)
    .u32(0x01000007)
    .u32(3)
    .u32(2)
    .u32(sections.length)
    .u32(sections.length * commandBytes)
    .u32(0)
    .u32(0);
  for (const [index, { name, content, address = 0, isWritable = false }] of sections.entries()) {
    const offset = offsets[index] ?? 0;
    const segmentName = Buffer.concat([Buffer.from('__DATA'), Buffer.alloc(10)]);
    w.u32(0x19).u32(commandBytes).raw(segmentName).word(address).word(content.length).word(offset).word(content.length);
    w.u32(isWritable ? 3 : 1)
      .u32(isWritable ? 3 : 1)
      .u32(1)
      .u32(0);
    w.raw(Buffer.concat([Buffer.from(name), Buffer.alloc(16 - name.length)])).raw(segmentName);
    w.word(address).word(content.length).u32(offset).u32(0).u32(0).u32(0).u32(0).u32(0).u32(0).u32(0);
  }
  for (const [index, section] of sections.entries()) w.at(offsets[index] ?? 0).raw(section.content);
  return w.bytes();
}

/** For specs: several Mach-O files in one. */
export function fatMachoBytes(programs: readonly Buffer[]): Buffer {
  const w = new Writer(false, false).u32(0xcafebabe).u32(programs.length);
  const offsets = offsetsOf(
    programs.map((content) => ({ name: '', content })),
    4096,
  );
  for (const [index, program] of programs.entries()) {
    w.u32(0x01000007)
      .u32(3)
      .u32(offsets[index] ?? 0)
      .u32(program.length)
      .u32(12);
  }
  for (const [index, program] of programs.entries()) w.at(offsets[index] ?? 0).raw(program);
  return w.bytes();
}

/** For specs: one note as elf(5) describes it. */
export function noteBytes(owner: string, type: number, content: Buffer, isLittleEndian = true): Buffer {
  const name = Buffer.from(`${owner}\0`);
  const w = new Writer(isLittleEndian, false).u32(name.length).u32(content.length).u32(type).raw(name);
  const contentAt = aligned(12 + name.length, 4);
  return w
    .at(contentAt)
    .raw(content)
    .at(aligned(contentAt + content.length, 4))
    .bytes();
}

function namesSection(sections: readonly SectionPlan[]): { bytes: Buffer; offsets: number[] } {
  const offsets: number[] = [];
  let text = '\0';
  for (const { name } of [...sections, { name: '.shstrtab' }]) {
    offsets.push(text.length);
    text += `${name}\0`;
  }
  return { bytes: Buffer.from(text, 'latin1'), offsets };
}

function offsetsOf(sections: readonly Pick<SectionPlan, 'name' | 'content'>[], start: number): number[] {
  let end = start;
  return sections.map(({ content }) => {
    const offset = aligned(end);
    end = offset + content.length;
    return offset;
  });
}

/** Sixteen bytes is what Go's build information is aligned to. */
function aligned(offset: number, multiple = 16): number {
  return Math.ceil(offset / multiple) * multiple;
}
