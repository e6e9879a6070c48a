/**
 * The keys and values of a .properties file, as `java.util.Properties` reads them from bytes, but for blanks at the end of a value.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)
 */
export function parseProperties(bytes: Buffer): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of logicalLines(bytes.toString('latin1'))) {
    const key = /^(?:\\[^]|[^\\=: \t\f])*/.exec(line)?.[0] ?? '';
    const value = line.slice(key.length).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
    values.set(unescaped(key), unescaped(value).trim());
  }
  return values;
}

/** Lines that a backslash joins are one; the blanks at the start of each are not part of it. */
function* logicalLines(text: string): Generator<string> {
  let parts: string[] = [];
  for (const natural of text.split(/\r\n|\r|\n/)) {
    const line = natural.replace(/^[ \t\f]+/, '');
    if (parts.length === 0 && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue;
    const goesOn = endsInBackslash(line);
    parts.push(goesOn ? line.slice(0, -1) : line);
    if (goesOn) continue;
    yield parts.join('');
    parts = [];
  }
  if (parts.length > 0) yield parts.join('');
}

/** An even number of them is as many backslashes of the value. */
function endsInBackslash(line: string): boolean {
  let count = 0;
  while (line[line.length - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([^]))/g, (_, code: string | undefined, other: string | undefined) =>
    code === undefined ? (controls[other ?? ''] ?? other ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
