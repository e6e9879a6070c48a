import type { ByteSource } from '../byte-source';
import { readElf } from '../elf/elf';
import { readMacho } from '../macho/macho';
import { readPe } from '../pe/pe';
import { programFormat } from './program-format';
import type { Program } from './program-parts';

const headBytes = 4096;

/**
 * Undefined where it is no program or its headers make no sense. Costs a few small reads: tables are bounded by the file and by
 * fixed counts. Of a Mach-O of several architectures, the first.
 */
export function readProgram(source: ByteSource): Program | undefined {
  if (!known.has(source)) known.set(source, takeApart(source));
  return known.get(source);
}

/** Several readers look at the same program, which does not change in the meantime. */
const known = new WeakMap<ByteSource, Program | undefined>();

function takeApart(source: ByteSource): Program | undefined {
  switch (programFormat(source.read(0, headBytes))) {
    case 'elf':
      return readElf(source);
    case 'pe':
      return readPe(source);
    case 'macho':
      return readMacho(source);
    case undefined:
      return undefined;
  }
}
