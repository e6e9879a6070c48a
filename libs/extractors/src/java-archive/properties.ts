/** The lines of a .properties file that say `key=value` on one line, as the ones that Maven and Netty write do. */
export function parseProperties(bytes: Buffer): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const raw of bytes.toString('utf8').split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    if (line.startsWith('#') || line.startsWith('!')) continue;
    const separator = line.search(/[=:]/);
    if (separator < 1) continue;
    values.set(
      line.slice(0, separator).trim(),
      line
        .slice(separator + 1)
        .trim()
        .replace(/\\(.)/g, '$1'),
    );
  }
  return values;
}
