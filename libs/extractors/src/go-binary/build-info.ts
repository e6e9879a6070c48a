import { bytesAt, occurrences, type ByteSource, type Program, type ProgramPart } from '@tidewaiter/formats';

/** What Go's linker writes into every program: `debug/buildinfo` of Go's standard library describes both forms. */
export interface BuildInfo {
  /** As stated: `go1.22.3`, `devel go1.23-abcdef`. */
  readonly goVersion: string;
  /** Lines of module information; empty where the program was built without modules or by another build tool. */
  readonly modules: string;
}

export type BuildInfoResult =
  | { readonly state: 'found'; readonly info: BuildInfo }
  | { readonly state: 'none' }
  /** It begins, and what follows cannot be read. */
  | { readonly state: 'damaged' };

/** "\xff Go buildinf:" */
const magic = Buffer.from('ff20476f206275696c64696e663a', 'hex');
const headerBytes = 32;
const alignBytes = 16;
const maxVersionBytes = 1024;
/** The largest programs there are have a thousand modules, which is 100 kB. */
const maxModulesBytes = 16 * 1024 * 1024;

export function readBuildInfo(source: ByteSource, program: Program): BuildInfoResult {
  let isDamaged = false;
  for (const area of areasOf(program)) {
    for (const at of occurrences(source, magic, { start: area.offset, end: area.offset + area.sizeBytes })) {
      if ((area.address + at - area.offset) % alignBytes !== 0) continue;
      const info = decode(source, program, area, at);
      if (info !== undefined) return { state: 'found', info };
      isDamaged = true;
    }
  }
  return { state: isDamaged ? 'damaged' : 'none' };
}

/** A section of its own, or, without a section table, wherever the data is. */
function areasOf(program: Program): readonly ProgramPart[] {
  const own = program.sections.filter(({ name }) => name === '.go.buildinfo' || name === '__go_buildinfo');
  if (own.length > 0) return own;
  return program.segments.filter((segment) => segment.isWritable && !segment.isExecutable);
}

function decode(source: ByteSource, program: Program, area: ProgramPart, at: number): BuildInfo | undefined {
  const header = source.read(at, at + headerBytes);
  if (header.length < headerBytes) return undefined;
  const flags = header[15] ?? 0;
  // Since Go 1.18 the texts follow; before, the header points to them.
  const texts = (flags & 2) === 0 ? textsByPointer(source, program, header) : textsInline(source, area, at);
  if (texts === undefined || texts.version.length === 0) return undefined;
  return { goVersion: texts.version.toString('utf8'), modules: withoutFrame(texts.modules) };
}

interface Texts {
  readonly version: Buffer;
  readonly modules: Buffer;
}

function textsInline(source: ByteSource, area: ProgramPart, at: number): Texts | undefined {
  const end = area.offset + area.sizeBytes;
  const version = textWithLength(source, at + headerBytes, end, maxVersionBytes);
  if (version === undefined) return undefined;
  const modules = textWithLength(source, version.end, end, maxModulesBytes);
  return modules === undefined ? undefined : { version: version.text, modules: modules.text };
}

/** A length in seven bits a byte, lowest first, then as many bytes. */
function textWithLength(
  source: ByteSource,
  start: number,
  end: number,
  maxBytes: number,
): { text: Buffer; end: number } | undefined {
  let length = 0;
  for (const [index, byte] of source.read(start, Math.min(end, start + 5)).entries()) {
    length += (byte & 0x7f) * 2 ** (7 * index);
    if (byte >= 0x80) continue;
    const textStart = start + index + 1;
    const text = length > maxBytes ? undefined : source.read(textStart, Math.min(end, textStart + length));
    return text?.length === length ? { text, end: textStart + length } : undefined;
  }
  return undefined;
}

function textsByPointer(source: ByteSource, program: Program, header: Buffer): Texts | undefined {
  const pointerBytes = header[14];
  if (pointerBytes !== 4 && pointerBytes !== 8) return undefined;
  const isBigEndian = ((header[15] ?? 0) & 1) === 1;
  const text = (pointerAt: number, maxBytes: number): Buffer | undefined => {
    const place = numberAt(header, pointerAt, pointerBytes, isBigEndian);
    // A Go string: where its bytes lie, and how many.
    const pair = bytesAt(source, program, place, 2 * pointerBytes);
    if (pair?.length !== 2 * pointerBytes) return undefined;
    const length = numberAt(pair, pointerBytes, pointerBytes, isBigEndian);
    if (length === 0) return Buffer.alloc(0);
    if (length > maxBytes) return undefined;
    const bytes = bytesAt(source, program, numberAt(pair, 0, pointerBytes, isBigEndian), length);
    return bytes?.length === length ? bytes : undefined;
  };
  const version = text(16, maxVersionBytes);
  const modules = text(16 + pointerBytes, maxModulesBytes);
  return version === undefined || modules === undefined ? undefined : { version, modules };
}

function numberAt(bytes: Buffer, at: number, sizeBytes: 4 | 8, isBigEndian: boolean): number {
  if (sizeBytes === 4) return isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  return Number(isBigEndian ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at));
}

/** Sixteen bytes on each side frame the module information; without them it is none. */
function withoutFrame(modules: Buffer): string {
  const isFramed = modules.length >= 33 && modules[modules.length - 17] === 0x0a;
  return isFramed ? modules.toString('utf8', 16, modules.length - 16) : '';
}
