import { isUtf8 } from 'node:buffer';

/**
 * One 512-byte header block. Formats: POSIX.1-1988 ustar, GNU and star; see
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html and pax(1).
 */
export const blockBytes = 512;

export interface TarHeader {
  readonly name: string;
  readonly linkName: string;
  readonly typeFlag: string;
  readonly sizeBytes: number;
  readonly mode: number;
}

export class TarFault extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const ustarMagic = Buffer.from('ustar');
const gnuMagic = Buffer.from('ustar  \0');
const checksumStart = 148;
const checksumEnd = 156;

export function isZeroBlock(bytes: Buffer, start: number): boolean {
  for (let at = start; at < start + blockBytes; at++) if (bytes[at] !== 0) return false;
  return true;
}

export function parseTarHeader(bytes: Buffer, start: number): TarHeader {
  verifyChecksum(bytes, start);
  const typeFlag = String.fromCharCode(bytes[start + 156] ?? 0);
  return {
    name: nameOf(bytes, start),
    linkName: textAt(bytes, start + 157, 100),
    typeFlag,
    sizeBytes: numberAt(bytes, start + 124, 12),
    mode: modeAt(bytes, start + 100),
  };
}

/** Whether the block could be a tar header: what remains of sniffing once no compression is recognised. */
export function looksLikeTar(block: Buffer): boolean {
  if (block.length < blockBytes) return false;
  if (isZeroBlock(block, 0)) return true;
  try {
    verifyChecksum(block, 0);
    return true;
  } catch (fault) {
    if (fault instanceof TarFault) return false;
    throw fault;
  }
}

function nameOf(bytes: Buffer, start: number): string {
  const name = textAt(bytes, start, 100);
  if (!startsWith(bytes, start + 257, ustarMagic)) return name;
  // The GNU format keeps times where ustar has the prefix.
  if (startsWith(bytes, start + 257, gnuMagic) || bytes[start + 345] === 0) return name;
  // star marks its end with "tar" and uses the last 24 bytes of the prefix for times.
  const prefixBytes = bytes.toString('latin1', start + 508, start + 512) === 'tar\0' ? 131 : 155;
  const prefix = textAt(bytes, start + 345, prefixBytes);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function startsWith(bytes: Buffer, start: number, magic: Buffer): boolean {
  for (let at = 0; at < magic.length; at++) if (bytes[start + at] !== magic[at]) return false;
  return true;
}

function textAt(bytes: Buffer, start: number, length: number): string {
  // Not `indexOf`: it looks on to the end of the piece, and a header need not have a NUL.
  let end = start;
  while (end < start + length && bytes[end] !== 0) end++;
  return end === start ? '' : nameFrom(bytes, start, end);
}

/**
 * A name in an archive is bytes. What is no UTF-8 is read as Latin-1, which never fails: two such names must not become one, and the
 * whiteout of one has to name it.
 */
export function nameFrom(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  if (!text.includes('\ufffd') || isUtf8(bytes.subarray(start, end))) return text;
  return bytes.toString('latin1', start, end);
}

/** Permission bits. Some writers put the whole st_mode there, some rubbish: no reason to give up the layer. */
function modeAt(bytes: Buffer, start: number): number {
  let at = start;
  const end = start + 8;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0)) at++;
  let mode = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    mode = mode * 8 + digit;
  }
  return mode & 0o7777;
}

/** Octal text, or base-256 when the high bit of the first byte is set (GNU, star). */
export function numberAt(bytes: Buffer, start: number, length: number): number {
  const first = bytes[start] ?? 0;
  if ((first & 0x80) !== 0) return base256At(bytes, start, length);
  let value = 0;
  let digits = 0;
  for (let at = start; at < start + length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x37) {
      value = value * 8 + (byte - 0x30);
      digits++;
    } else if (byte === 0x20 || byte === 0) {
      if (digits > 0) break;
    } else {
      throw new TarFault('tar-header-invalid', 'a tar header holds a number that is not octal');
    }
  }
  return value;
}

function base256At(bytes: Buffer, start: number, length: number): number {
  const first = bytes[start] ?? 0;
  if ((first & 0x40) !== 0) throw new TarFault('tar-header-invalid', 'a tar header holds a negative size');
  let value = first & 0x3f;
  for (let at = start + 1; at < start + length; at++) {
    value = value * 256 + (bytes[at] ?? 0);
    if (value > Number.MAX_SAFE_INTEGER)
      throw new TarFault('tar-header-invalid', 'a tar header holds a size beyond 2^53');
  }
  return value;
}

/** The sum counts the checksum field itself as spaces. Some old writers summed signed bytes. */
function verifyChecksum(bytes: Buffer, start: number): void {
  let unsigned = 0;
  for (let at = start; at < start + blockBytes; at++) unsigned += bytes[at] ?? 0;
  for (let at = start + checksumStart; at < start + checksumEnd; at++) unsigned += 0x20 - (bytes[at] ?? 0);
  const stated = numberAt(bytes, start + checksumStart, 8);
  if (stated === unsigned) return;
  let negatives = 0;
  for (let at = start; at < start + blockBytes; at++) {
    if ((at < start + checksumStart || at >= start + checksumEnd) && (bytes[at] ?? 0) > 127) negatives++;
  }
  if (stated !== unsigned - negatives * 256) {
    throw new TarFault('tar-header-invalid', 'a tar header has a wrong checksum');
  }
}
