import type { ByteSource } from '../byte-source';
import { Fields, textUntilNul } from '../program/fields';
import { bytesAt, type Program } from '../program/program-parts';
import { isElf } from './elf';

export interface ElfSymbol {
  readonly name: string;
  /** What it stands for, up to so many bytes; undefined where the file does not hold it. */
  read(maxBytes: number): Buffer | undefined;
}

const symbolTable = 2;
const maxTableBytes = 64 * 1024 * 1024;

/** Symbols with a wanted name; none in stripped programs and in other formats. */
export function* elfSymbols(
  source: ByteSource,
  program: Program,
  isWanted: (name: string) => boolean,
): Generator<ElfSymbol> {
  if (!isElf(program)) return;
  const table = program.sections.find((section) => section.type === symbolTable);
  const names = table === undefined ? undefined : program.sections[table.link];
  if (table === undefined || names === undefined) return;
  if (table.sizeBytes > maxTableBytes || names.sizeBytes > maxTableBytes) return;
  const rows = source.read(table.offset, table.offset + table.sizeBytes);
  const texts = source.read(names.offset, names.offset + names.sizeBytes);
  const fields = new Fields(rows, program.isLittleEndian);
  const [rowBytes, valueAt, sizeAt] = program.is64Bit ? [24, 8, 16] : [16, 4, 8];
  for (let at = 0; at + rowBytes <= rows.length; at += rowBytes) {
    const name = textUntilNul(texts, fields.u32(at), 512);
    if (!isWanted(name)) continue;
    const address = program.is64Bit ? fields.u64(at + valueAt) : fields.u32(at + valueAt);
    const sizeBytes = program.is64Bit ? fields.u64(at + sizeAt) : fields.u32(at + sizeAt);
    yield { name, read: (maxBytes) => bytesAt(source, program, address, Math.min(sizeBytes, maxBytes)) };
  }
}
