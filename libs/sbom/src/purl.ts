/** A package URL taken apart. https://github.com/package-url/purl-spec, "How to parse a purl string". */
export interface PurlParts {
  readonly type: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly version: string | undefined;
  readonly qualifiers: ReadonlyMap<string, string>;
}

const maxPurlChars = 10_000;

/** Undefined when it is none. What tools get wrong without doubt about the meaning (an unencoded "@scope") is read. */
export function parsePurl(text: string): PurlParts | undefined {
  const scheme = /^pkg:\/*([A-Za-z][A-Za-z0-9.+-]*)\/(.*)$/s.exec(text.trim());
  if (scheme === null || text.length > maxPurlChars) return undefined;
  const [, type = '', rest = ''] = scheme;
  const [beforeSubpath] = splitAt(rest, rest.indexOf('#'));
  const [beforeQualifiers, query = ''] = splitAt(beforeSubpath, beforeSubpath.indexOf('?'));
  // An "@" before the last slash belongs to a scope.
  const at = beforeQualifiers.lastIndexOf('@');
  const [path, version] = splitAt(beforeQualifiers, at > beforeQualifiers.lastIndexOf('/') ? at : -1);
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded);
  const name = segments.pop();
  if (name === undefined || name === '') return undefined;
  return {
    type: type.toLowerCase(),
    namespace: segments.length === 0 ? undefined : segments.join('/'),
    name,
    version: version === undefined || version === '' ? undefined : decoded(version),
    qualifiers: qualifiersOf(query),
  };
}

function qualifiersOf(query: string): ReadonlyMap<string, string> {
  const pairs = query.split('&').map((pair) => splitAt(pair, pair.indexOf('=')));
  return new Map(
    pairs.flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key.toLowerCase(), decoded(value)]])),
  );
}

/** The two sides of the character at a place; everything and nothing where there is none. */
function splitAt(text: string, at: number): readonly [string, string | undefined] {
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** As written, where the encoding is broken. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
