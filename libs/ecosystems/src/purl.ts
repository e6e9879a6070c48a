/** What a package URL is made of. https://github.com/package-url/purl-spec */
export interface PurlParts {
  readonly type: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  /** Left out where it is empty. */
  readonly version: string;
  /** Left out where the value is absent or empty. */
  readonly qualifiers?: Readonly<Record<string, string | undefined>>;
}

/** `pkg:type/namespace/name@version?qualifiers`, percent-encoded, qualifiers sorted: one package, one text. */
export function purlOf(parts: PurlParts): string {
  const namespace = parts.namespace === undefined || parts.namespace === '' ? '' : `${encodePath(parts.namespace)}/`;
  const qualifiers = Object.entries(parts.qualifiers ?? {})
    .filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`)
    .join('&');
  const version = parts.version === '' ? '' : `@${encode(parts.version)}`;
  const base = `pkg:${parts.type}/${namespace}${encode(parts.name)}${version}`;
  return qualifiers === '' ? base : `${base}?${qualifiers}`;
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/');
}

/** RFC 3986's unreserved characters and ":" stay as they are, everything else is encoded; a lone surrogate becomes U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}
