export type ProgramFormat = 'elf' | 'pe' | 'macho';

/**
 * What kind of program a file is by its first bytes. 64 decide all but PE, whose signature lies behind a DOS program: where
 * `head` ends before it, a plausible DOS header is believed.
 */
export function programFormat(head: Buffer): ProgramFormat | undefined {
  if (head.length < 8) return undefined;
  switch (head.readUInt32BE(0)) {
    case 0x7f454c46:
      return isElf(head) ? 'elf' : undefined;
    case 0xfeedface:
    case 0xfeedfacf:
    case 0xcefaedfe:
    case 0xcffaedfe:
    case 0xcafebabf:
      return 'macho';
    case 0xcafebabe:
      return isFatMacho(head) ? 'macho' : undefined;
    default:
      return head.readUInt16BE(0) === 0x4d5a && isPe(head) ? 'pe' : undefined;
  }
}

function isElf(head: Buffer): boolean {
  const [wordSize, byteOrder] = [head[4], head[5]];
  return (wordSize === 1 || wordSize === 2) && (byteOrder === 1 || byteOrder === 2);
}

/**
 * Java's class files begin with the same four bytes. Then comes their version, at least 45 (JVMS 4.1), where a Mach-O has its
 * number of architectures.
 */
function isFatMacho(head: Buffer): boolean {
  const count = head.readUInt32BE(4);
  return count > 0 && count < 45;
}

/** "MZ" alone is also how texts begin. The offset of the signature stands at 0x3c. */
function isPe(head: Buffer): boolean {
  if (head.length < 0x40) return false;
  const at = head.readUInt32LE(0x3c);
  if (at + 4 <= head.length) return at > 0 && head.readUInt32BE(at) === 0x50450000;
  return at < 0x1000000;
}
