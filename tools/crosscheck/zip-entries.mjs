import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

/**
 * Files of a zip as text, by its central directory (APPNOTE.TXT of PKWARE, sections 4.3.12 and 4.3.16). On purpose none of
 * our own reading code is used here: a record that one of the two overlooks must show.
 * @param {string} path
 * @returns {Generator<{ name: string, text: string }>}
 */
export function* zipEntries(path) {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error(`${path} is not a zip`);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff) throw new Error(`${path} is a zip64: unpack it and name the directory`);
  for (let index = 0; index < count; index += 1) {
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + extraLength + commentLength;
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const stored = bytes.subarray(start, start + size);
    if (method !== 0 && method !== 8) throw new Error(`${name} in ${path} is compressed by method ${method}`);
    yield { name, text: (method === 8 ? inflateRawSync(stored) : stored).toString('utf8') };
  }
}
