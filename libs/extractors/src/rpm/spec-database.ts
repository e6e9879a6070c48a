import { adler32 } from '@tidewaiter/formats';

/** For specs: one value of a header. Numbers are 32 bits wide, a list of texts is a string array. */
export type HeaderValue = string | number | readonly string[] | readonly number[];

/** The header blob of a package as databases hold it. */
export function headerBlob(values: Readonly<Record<number, HeaderValue>>): Buffer {
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const [tag, value] of Object.entries(values)) {
    const list = Array.isArray(value) ? value : [value];
    const isNumbers = typeof list[0] === 'number';
    const bytes = isNumbers
      ? Buffer.concat(list.map((number) => uint32(Number(number), true)))
      : Buffer.from(`${list.join('\0')}\0`, 'utf8');
    const padding = isNumbers ? (4 - (offset % 4)) % 4 : 0;
    data.push(Buffer.alloc(padding), bytes);
    const type = isNumbers ? 4 : Array.isArray(value) ? 8 : 6;
    index.push(...[Number(tag), type, offset + padding, list.length].map((word) => uint32(word, true)));
    offset += padding + bytes.length;
  }
  const counts = [uint32(index.length / 4, true), uint32(offset, true)];
  return Buffer.concat([...counts, ...index, ...data]);
}

/** An ndb database of these header blobs. */
export function ndbOf(blobs: readonly Buffer[]): Buffer {
  const slots = Buffer.alloc(4096);
  slots.write('RpmP', 'latin1');
  slots.writeUInt32LE(1, 12);
  const runs: Buffer[] = [];
  let block = slots.length / 16;
  for (const [at, blob] of blobs.entries()) {
    const head = Buffer.concat([Buffer.from('BlbS'), uint32(at + 1), uint32(1), uint32(blob.length), blob]);
    const padded = Buffer.concat([head, Buffer.alloc(-(head.length + 12) & 15)]);
    const run = Buffer.concat([padded, uint32(adler32(padded)), uint32(blob.length), Buffer.from('BlbE')]);
    Buffer.concat([Buffer.from('Slot'), uint32(at + 1), uint32(block), uint32(run.length / 16)]).copy(
      slots,
      32 + 16 * at,
    );
    runs.push(run);
    block += run.length / 16;
  }
  return Buffer.concat([slots, ...runs]);
}

function uint32(value: number, isBigEndian = false): Buffer {
  const bytes = Buffer.alloc(4);
  if (isBigEndian) bytes.writeUInt32BE(value);
  else bytes.writeUInt32LE(value);
  return bytes;
}
