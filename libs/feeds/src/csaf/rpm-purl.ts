/** What a purl says of an rpm package. https://github.com/package-url/purl-spec */
export interface RpmPurl {
  readonly name: string;
  /** `epoch:version-release`, an epoch of 0 left out; absent where every version is meant. */
  readonly version?: string;
  readonly architecture?: string;
  /** `name:stream`, of Red Hat's own qualifier. */
  readonly module?: string;
}

/** False for what has a purl of another type: an image, or a program of a language. */
export function isRpm({ purl }: { readonly purl?: string }): boolean {
  return purl === undefined || purl.startsWith('pkg:rpm/');
}

/** Undefined for a purl of another type, or without a name. */
export function rpmPurl(purl: string): RpmPurl | undefined {
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
