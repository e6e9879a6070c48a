/** What PHP's `serialize()` writes, as far as registries use it: text, numbers as text, arrays. The rest is undefined. */
export type PhpValue = string | ReadonlyMap<string, PhpValue> | undefined;

interface Read {
  readonly value: PhpValue;
  /** Where the next value begins. */
  readonly end: number;
}

const maxDepth = 64;

/** https://www.php.net/manual/en/function.serialize.php. Undefined when the bytes are something else; objects are not read. */
export function readPhpSerialized(bytes: Buffer): PhpValue {
  return valueAt(bytes, 0, 0)?.value;
}

/** `s:3:"abc";` `i:5;` `b:1;` `N;` `a:2:{key value key value}`. Lengths are bytes. */
function valueAt(bytes: Buffer, at: number, depth: number): Read | undefined {
  const type = bytes.toString('latin1', at, at + 1);
  if (type === 'N') return { value: undefined, end: at + 2 };
  const end = bytes.indexOf(type === 's' || type === 'a' ? ':' : ';', at + 2);
  if (bytes[at + 1] !== 0x3a || end === -1 || end - at > 64) return undefined;
  const head = bytes.toString('latin1', at + 2, end);
  if (type === 'i') return { value: head, end: end + 1 };
  if (type === 'b' || type === 'd') return { value: undefined, end: end + 1 };
  const length = /^\d{1,9}$/.test(head) ? Number(head) : undefined;
  if (length === undefined) return undefined;
  if (type === 's') return stringAt(bytes, end + 2, length);
  return type === 'a' && depth < maxDepth ? arrayAt(bytes, end + 2, { length, depth }) : undefined;
}

function stringAt(bytes: Buffer, start: number, length: number): Read | undefined {
  const end = start + length;
  if (bytes[start - 1] !== 0x22 || bytes[end] !== 0x22) return undefined;
  return { value: bytes.toString('utf8', start, end), end: end + 2 };
}

function arrayAt(
  bytes: Buffer,
  start: number,
  { length, depth }: { readonly length: number; readonly depth: number },
): Read | undefined {
  const entries = new Map<string, PhpValue>();
  let at = start;
  for (let index = 0; index < length; index++) {
    const key = valueAt(bytes, at, depth + 1);
    const entry = key && valueAt(bytes, key.end, depth + 1);
    if (entry === undefined || typeof key?.value !== 'string') return undefined;
    entries.set(key.value, entry.value);
    at = entry.end;
  }
  return bytes[at] === 0x7d ? { value: entries, end: at + 1 } : undefined;
}
