import type { ByteSource } from '../byte-source';
import { Fields, textUntilNul } from '../program/fields';
import type { Program, ProgramPart, ProgramSection } from '../program/program-parts';

const maxArchitectures = 44;
const maxCommands = 10_000;
const maxCommandBytes = 4 * 1024 * 1024;
const maxSections = 10_000;

const segmentCommand = 0x1;
const segment64Command = 0x19;

/**
 * Sections and segments of a Mach-O file (`mach-o/loader.h`, `mach-o/fat.h`). Sections are named without their segment. Of
 * a file of several architectures the first that can be read: their programs are built from the same sources.
 * https://github.com/apple-oss-distributions/xnu/blob/main/EXTERNAL_HEADERS/mach-o/loader.h
 */
export function readMacho(source: ByteSource): Program | undefined {
  for (const base of architectures(source)) {
    const program = readAt(source, base);
    if (program !== undefined) return program;
  }
  return undefined;
}

/** Offsets of the single programs. The header around them is big-endian whatever they are. */
function architectures(source: ByteSource): readonly number[] {
  const head = source.read(0, 8 + maxArchitectures * 32);
  const magic = head.length < 8 ? 0 : head.readUInt32BE(0);
  if (magic !== 0xcafebabe && magic !== 0xcafebabf) return [0];
  const rowBytes = magic === 0xcafebabf ? 32 : 20;
  const offsets: number[] = [];
  for (let index = 0; index < Math.min(head.readUInt32BE(4), maxArchitectures); index++) {
    const at = 8 + index * rowBytes;
    if (at + rowBytes > head.length) break;
    offsets.push(rowBytes === 32 ? Number(head.readBigUInt64BE(at + 8)) : head.readUInt32BE(at + 8));
  }
  return offsets;
}

function readAt(source: ByteSource, base: number): Program | undefined {
  const header = source.read(base, base + 32);
  if (header.length < 28) return undefined;
  const magic = header.readUInt32LE(0);
  const isLittleEndian = magic === 0xfeedface || magic === 0xfeedfacf;
  const native = isLittleEndian ? magic : header.readUInt32BE(0);
  if (native !== 0xfeedface && native !== 0xfeedfacf) return undefined;
  const fields = new Fields(header, isLittleEndian);
  const headerBytes = native === 0xfeedfacf ? 32 : 28;
  const start = base + headerBytes;
  const commands = source.read(start, start + Math.min(fields.u32(20), maxCommandBytes));
  const segments: ProgramPart[] = [];
  const sections: ProgramSection[] = [];
  for (const command of commandsOf(commands, isLittleEndian, Math.min(fields.u32(16), maxCommands))) {
    const found = segmentOf(command, isLittleEndian, base, source.sizeBytes);
    if (found === undefined) continue;
    segments.push(found.segment);
    if (sections.length + found.sections.length <= maxSections) sections.push(...found.sections);
  }
  return { format: 'macho', isLittleEndian, sections, segments };
}

function* commandsOf(bytes: Buffer, isLittleEndian: boolean, count: number): Generator<Buffer> {
  const fields = new Fields(bytes, isLittleEndian);
  let at = 0;
  for (let index = 0; index < count && at + 8 <= bytes.length; index++) {
    const sizeBytes = fields.u32(at + 4);
    if (sizeBytes < 8) return;
    yield bytes.subarray(at, at + sizeBytes);
    at += sizeBytes;
  }
}

/** Where the fields of the two forms of a segment lie. */
const layouts = {
  [segmentCommand]: { headerBytes: 56, sectionBytes: 68, wide: false },
  [segment64Command]: { headerBytes: 72, sectionBytes: 80, wide: true },
} as const;

function segmentOf(
  command: Buffer,
  isLittleEndian: boolean,
  base: number,
  fileBytes: number,
): { segment: ProgramPart; sections: ProgramSection[] } | undefined {
  const fields = new Fields(command, isLittleEndian);
  const kind = fields.u32(0);
  if (kind !== segmentCommand && kind !== segment64Command) return undefined;
  const { headerBytes, sectionBytes, wide } = layouts[kind];
  if (command.length < headerBytes) return undefined;
  const offset = base + (wide ? fields.u64(40) : fields.u32(32));
  const protection = fields.u32(wide ? 60 : 44);
  const access = { isWritable: (protection & 2) !== 0, isExecutable: (protection & 4) !== 0 };
  const segment = {
    address: wide ? fields.u64(24) : fields.u32(24),
    offset,
    sizeBytes: Math.max(0, Math.min(wide ? fields.u64(48) : fields.u32(36), fileBytes - offset)),
    ...access,
  };
  const sections: ProgramSection[] = [];
  const count = Math.min(fields.u32(wide ? 64 : 48), maxSections);
  for (let index = 0; index < count; index++) {
    const at = headerBytes + index * sectionBytes;
    if (at + sectionBytes > command.length) break;
    const sectionOffset = base + fields.u32(at + (wide ? 48 : 40));
    const sizeBytes = wide ? fields.u64(at + 40) : fields.u32(at + 36);
    sections.push({
      name: textUntilNul(command.subarray(at, at + 16)),
      address: wide ? fields.u64(at + 32) : fields.u32(at + 32),
      offset: sectionOffset,
      sizeBytes: Math.max(0, Math.min(sizeBytes, fileBytes - sectionOffset)),
      ...access,
    });
  }
  return { segment, sections };
}
