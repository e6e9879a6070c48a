/** The attributes of a manifest's main section by lower-case name. */
export type Manifest = ReadonlyMap<string, string>;

/**
 * https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#jar-manifest: lines end in CR, LF or both, a line that
 * begins with a space continues the one before, the main section ends at the first empty line. A value that begins with `%` is
 * a key of a translation and says nothing.
 */
export function parseManifest(bytes: Buffer): Manifest {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const end = /\r\n\r\n|\n\n|\r\r/.exec(text)?.index ?? text.length;
  const attributes = new Map<string, string>();
  const unfolded = text.slice(0, end).replace(/(?:\r\n|\r|\n) /g, '');
  for (const line of unfolded.split(/\r\n|\r|\n/)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).toLowerCase();
    // Ant's older builds quote values.
    const value = line
      .slice(colon + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
    if (value !== '' && !value.startsWith('%') && !attributes.has(name)) attributes.set(name, value);
  }
  return attributes;
}
