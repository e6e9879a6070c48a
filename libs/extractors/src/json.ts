/** A lock file of 60 MB has a million. Each takes some thirty bytes and more, and may take two in the text. */
const maxValues = 4_000_000;

/**
 * The value of JSON, with or without a byte order mark; undefined when it is not JSON. @throws RangeError where it holds so many values
 * that it was made to fill the memory.
 */
export function parseJson(content: Buffer | string): unknown {
  const text = content.toString('utf8');
  if (text.length > maxValues && holdsTooMany(text)) throw new RangeError(`it holds more than ${maxValues} values`);
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Counts what parts values and opens them, in texts as well: there are never fewer of them than values. */
function holdsTooMany(text: string): boolean {
  let values = 0;
  for (let at = 0; at < text.length && values <= maxValues; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2c || code === 0x5b || code === 0x7b) values++;
  }
  return values > maxValues;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
