import type { ByteSource } from '../byte-source';
import { textUntilNul } from '../program/fields';
import type { Program, ProgramSection } from '../program/program-parts';

const maxSections = 96;
const sectionHeaderBytes = 40;

/** https://learn.microsoft.com/windows/win32/debug/pe-format. Sections are what is loaded; there are no other segments. */
export function readPe(source: ByteSource): Program | undefined {
  const dosHeader = source.read(0, 0x40);
  if (dosHeader.length < 0x40) return undefined;
  const at = dosHeader.readUInt32LE(0x3c);
  // Signature, COFF header of 20 bytes, and the optional header as far as the image base.
  const header = source.read(at, at + 24 + 32);
  if (header.length < 24 + 32 || header.readUInt32BE(0) !== 0x50450000) return undefined;
  const count = header.readUInt16LE(6);
  const optionalBytes = header.readUInt16LE(20);
  const magic = header.readUInt16LE(24);
  if (count > maxSections || (magic !== 0x10b && magic !== 0x20b)) return undefined;
  const imageBase = magic === 0x20b ? Number(header.readBigUInt64LE(48)) : header.readUInt32LE(52);
  const table = source.read(at + 24 + optionalBytes, at + 24 + optionalBytes + count * sectionHeaderBytes);
  const sections: ProgramSection[] = [];
  for (let row = 0; row + sectionHeaderBytes <= table.length; row += sectionHeaderBytes) {
    sections.push(sectionAt(table, row, imageBase, source.sizeBytes));
  }
  return { format: 'pe', isLittleEndian: true, sections, segments: sections };
}

function sectionAt(table: Buffer, row: number, imageBase: number, fileBytes: number): ProgramSection {
  const offset = table.readUInt32LE(row + 20);
  const flags = table.readUInt32LE(row + 36);
  return {
    name: textUntilNul(table.subarray(row, row + 8)),
    address: imageBase + table.readUInt32LE(row + 12),
    offset,
    sizeBytes: Math.max(0, Math.min(table.readUInt32LE(row + 16), fileBytes - offset)),
    isExecutable: (flags & 0x20000000) !== 0,
    isWritable: (flags & 0x80000000) !== 0,
  };
}
