/** Name of the root directory of the image; the address of a file is relative to it. */
export const rootBase = 'IMAGE_ROOT';

export function artifactInImage(path: string): { readonly uri: string; readonly uriBaseId: string } {
  return { uri: relativeUri(path), uriBaseId: rootBase };
}

/** Percent-encoded segment by segment; a colon in the first would look like a scheme. RFC 3986, section 4.2. */
export function relativeUri(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/');
}
