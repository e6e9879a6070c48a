/** What a purl says of an rpm package. https://github.com/package-url/purl-spec */
export interface RpmPurl {
  readonly name: string;
  /** `epoch:version-release`, an epoch of 0 left out; absent where every version is meant. */
  readonly version?: string;
  readonly architecture?: string;
  /** `name:stream`, of Red Hat's own qualifier. */
  readonly module?: string;
}

/** Red Hat's older form of a package in a stream: `pkg:rpmmod/redhat/ruby:2.6/ruby`. */
const inStream = /^pkg:rpmmod\/redhat\/([^/@?#]+)\/([^/@?#]+)/;

/** False for what has a purl of another type: an image, a program of a language, or a stream of a module by itself. */
export function isRpm({ purl }: { readonly purl?: string }): boolean {
  return purl === undefined || purl.startsWith('pkg:rpm/') || inStream.test(purl);
}

/**
 * `nodejs:18` of `pkg:rpmmod/redhat/nodejs@18:8100020240808:489197e6`: name, stream, version and context.
 * https://redhatproductsecurity.github.io/security-data-guidelines/purl/
 */
export function streamOf({ id, purl }: { readonly id: string; readonly purl?: string }): string | undefined {
  const [, name, stream = ''] = /^pkg:rpmmod\/redhat\/([^/@?#]+)@([^?#]+)/.exec(purl ?? '') ?? [];
  const stated = name === undefined ? id : `${decoded(name)}:${decoded(stream)}`;
  return /^([^:\s]+:[^:\s]+)(?::|$)/.exec(stated)?.[1];
}

/** Undefined for a purl of another type, or without a name. */
export function rpmPurl(purl: string): RpmPurl | undefined {
  const [, stream, inside] = inStream.exec(purl) ?? [];
  if (stream !== undefined && inside !== undefined) return { name: decoded(inside), module: decoded(stream) };
  const [, path = '', version, query = ''] = /^pkg:rpm\/([^@?#]+)(?:@([^?#]*))?(?:\?([^#]*))?/.exec(purl) ?? [];
  const name = decoded(path.slice(path.lastIndexOf('/') + 1));
  if (name === '') return undefined;
  const qualifiers = new URLSearchParams(query);
  const epoch = qualifiers.get('epoch') ?? '0';
  const architecture = qualifiers.get('arch');
  const module = qualifiers.get('rpmmod')?.split(':').slice(0, 2).join(':');
  return {
    name,
    ...(version !== undefined &&
      version !== '' && { version: `${epoch === '0' ? '' : `${epoch}:`}${decoded(version)}` }),
    ...(architecture !== null && { architecture }),
    ...(module !== undefined && module !== '' && { module }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that encodes nothing stands for itself.
    return text;
  }
}
