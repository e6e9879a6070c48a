/** One entry of a layer, as a test states it. Whatever a real archive may hold, however odd, can be written. */
export type TarItem =
  | {
      readonly path: string;
      readonly content: string | Uint8Array;
      readonly mode?: number;
      readonly format?: TarFormat;
    }
  | { readonly path: string; readonly directory: true }
  | { readonly path: string; readonly symlink: string; readonly format?: TarFormat }
  | { readonly path: string; readonly hardlink: string; readonly mode?: number; readonly format?: TarFormat }
  | { readonly path: string; readonly device: 'character' | 'block' | 'fifo' }
  /** Bytes that go into the archive as they are. */
  | { readonly raw: Uint8Array };

/** How a name or size that does not fit into the old header is written. `ustar` splits it into prefix and name. */
export type TarFormat = 'ustar' | 'gnu' | 'pax' | 'old';

export interface HeaderFields {
  readonly name: string;
  readonly typeFlag: string;
  readonly sizeBytes: number;
  readonly linkName?: string;
  readonly mode?: number;
  readonly format?: TarFormat;
  /** Overrides the twelve bytes of the size field. */
  readonly sizeField?: Buffer;
}

export function buildTar(items: readonly TarItem[], options: { readonly endMarker?: boolean } = {}): Buffer {
  const parts = items.map(itemBytes);
  if (options.endMarker !== false) parts.push(Buffer.alloc(1024));
  return Buffer.concat(parts);
}

export function tarHeader(fields: HeaderFields): Buffer {
  const header = Buffer.alloc(512);
  const { prefix, name } = fields.format === 'ustar' ? splitName(fields.name) : { prefix: '', name: fields.name };
  header.write(name, 0, 100, 'utf8');
  header.write(octal(fields.mode ?? 0o644, 7), 100, 'latin1');
  header.write(octal(0, 7), 108, 'latin1');
  header.write(octal(0, 7), 116, 'latin1');
  (fields.sizeField ?? Buffer.from(octal(fields.sizeBytes, 11), 'latin1')).copy(header, 124);
  header.write(octal(0, 11), 136, 'latin1');
  header.write(fields.typeFlag, 156, 1, 'latin1');
  header.write(fields.linkName ?? '', 157, 100, 'utf8');
  if (fields.format !== 'old') header.write(fields.format === 'gnu' ? 'ustar  \0' : 'ustar\x0000', 257, 'latin1');
  header.write(prefix, 345, 155, 'utf8');
  return withChecksum(header);
}

export function withChecksum(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts its own digits. */
export function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return Buffer.from(`${length} ${key}=${value}\n`);
}

export function padded(content: Uint8Array): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

function itemBytes(item: TarItem): Buffer {
  if ('raw' in item) return Buffer.from(item.raw);
  if ('directory' in item) {
    const name = item.path.endsWith('/') ? item.path : `${item.path}/`;
    return named(name, { typeFlag: '5', sizeBytes: 0, mode: 0o755 }, fits(name));
  }
  if ('device' in item) {
    const typeFlag = { character: '3', block: '4', fifo: '6' }[item.device];
    return named(item.path, { typeFlag, sizeBytes: 0 }, fits(item.path));
  }
  const format = item.format ?? fits(item.path);
  if ('symlink' in item) return named(item.path, { typeFlag: '2', sizeBytes: 0, linkName: item.symlink }, format);
  if ('hardlink' in item)
    return named(item.path, { typeFlag: '1', sizeBytes: 0, linkName: item.hardlink, mode: item.mode ?? 0o644 }, format);
  const content = Buffer.from(item.content);
  const header = { typeFlag: '0', sizeBytes: content.length, mode: item.mode ?? 0o644 };
  return Buffer.concat([named(item.path, header, format), padded(content)]);
}

function fits(path: string): TarFormat {
  return Buffer.byteLength(path) <= 100 ? 'ustar' : 'pax';
}

function named(path: string, fields: Omit<HeaderFields, 'name' | 'format'>, format: TarFormat): Buffer {
  const linkName = fields.linkName ?? '';
  const isLong = Buffer.byteLength(path) > 100 || Buffer.byteLength(linkName) > 100;
  const short = { ...fields, name: path.slice(0, 100), linkName: linkName.slice(0, 100) };
  if (format === 'gnu' && isLong) {
    return Buffer.concat([
      ...(linkName.length > 100 ? [extension('K', Buffer.from(`${linkName}\0`))] : []),
      extension('L', Buffer.from(`${path}\0`)),
      tarHeader({ ...short, format }),
    ]);
  }
  if (format === 'pax') {
    const records = [paxRecord('path', path), ...(linkName === '' ? [] : [paxRecord('linkpath', linkName)])];
    return Buffer.concat([extension('x', Buffer.concat(records)), tarHeader({ ...short, format })]);
  }
  return tarHeader({ ...fields, name: path, format });
}

function extension(typeFlag: string, body: Buffer): Buffer {
  const name = typeFlag === 'x' ? 'PaxHeader' : '././@LongLink';
  const header = tarHeader({ name, typeFlag, sizeBytes: body.length, format: typeFlag === 'x' ? 'pax' : 'gnu' });
  return Buffer.concat([header, padded(body)]);
}

/** ustar keeps up to 155 bytes of leading directories apart from up to 100 bytes of name. */
function splitName(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: '', name: path };
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { prefix, name };
  }
  throw new Error(`"${path}" does not fit into a ustar header`);
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\0`;
}
