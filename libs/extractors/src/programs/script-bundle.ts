import { elfNoteNames, type ByteSource, type Program, type ProgramSection } from '@tidewaiter/formats';

/** A runtime of JavaScript with an application in it. */
export interface ScriptBundle {
  /** What the runtime itself would be called. */
  readonly runtime: 'node' | 'bun' | 'deno';
  readonly maker: string;
}

const tailBytes = 64;
const bunTrailer = '\n---- Bun! ----\n';
const denoName = 'd3n0l4nd';

/** Costs a few small reads: a bundle shows in the tables of the program or in its last bytes. */
export function scriptBundle(source: ByteSource, program: Program): ScriptBundle | undefined {
  const tail = source.read(Math.max(0, source.sizeBytes - tailBytes), source.sizeBytes).toString('latin1');
  if (tail.slice(-24, -8) === bunTrailer || program.sections.some((section) => isFilledByBun(source, section))) {
    return { runtime: 'bun', maker: 'bun build --compile' };
  }
  // Deno 2.1 puts the application behind the program, 2.9 into a note; Bun 1.1 behind it too, 1.4 into its section.
  if (tail.slice(-20, -12) === denoName) return { runtime: 'deno', maker: 'deno compile' };
  if (program.format !== 'elf') return undefined;
  for (const { owner, type } of elfNoteNames(source)) {
    // https://nodejs.org/api/single-executable-applications.html
    if (owner === 'NODE_SEA_BLOB') return { runtime: 'node', maker: 'Node.js (a single executable application)' };
    if (owner === 'SUI' && type === suiType) return { runtime: 'deno', maker: 'deno compile' };
  }
  return undefined;
}

/** https://github.com/denoland/sui */
const suiType = 0x53554901;

/** Bun has this section itself; a number at its beginning says how many bytes an application has there, none in Bun alone. */
function isFilledByBun(source: ByteSource, { name, offset, sizeBytes }: ProgramSection): boolean {
  if ((name !== '.bun' && name !== '__bun') || sizeBytes <= 8) return false;
  return source.read(offset, offset + 8).some((byte) => byte !== 0);
}
