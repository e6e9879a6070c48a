import type { ByteSource } from '../byte-source';
import type { ProgramFormat } from './program-format';

/** A run of bytes in the file and where it lies in memory. What the file does not hold is cut off. */
export interface ProgramPart {
  readonly address: number;
  /** From the start of the file, also for one architecture of several. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly isWritable: boolean;
  readonly isExecutable: boolean;
}

export interface ProgramSection extends ProgramPart {
  readonly name: string;
}

/** The parts of a compiled program or library, whatever its format. */
export interface Program {
  readonly format: ProgramFormat;
  readonly isLittleEndian: boolean;
  /** None where the section table was stripped. */
  readonly sections: readonly ProgramSection[];
  /** What is loaded into memory, in the order of the file's table. */
  readonly segments: readonly ProgramPart[];
}

/** The bytes from an address on, up to `maxBytes` and the end of its segment; undefined where nothing is loaded there. */
export function bytesAt(source: ByteSource, program: Program, address: number, maxBytes: number): Buffer | undefined {
  for (const segment of program.segments) {
    const into = address - segment.address;
    if (into < 0 || into >= segment.sizeBytes) continue;
    const start = segment.offset + into;
    return source.read(start, start + Math.min(maxBytes, segment.sizeBytes - into));
  }
  return undefined;
}
