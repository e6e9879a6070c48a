/** What an address asks for besides its path, such as an access token, goes with every file below it and into no message. */

export function isAddress(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/** An address of a directory, where a feed has several files. */
export function isDirectory(source: string): boolean {
  return isAddress(source) && new URL(source).pathname.endsWith('/');
}

/** `path` as it stands in an address. */
export function addressBelow(directory: string, path: string): string {
  const url = new URL(directory);
  url.pathname += path;
  return url.href;
}

/**
 * An address that a list names, whose own has a token that the list does not repeat. It goes along, but no other server learns it, nor
 * does whoever listens where the named address is not encrypted.
 */
export function addressNamedBy(list: string, named: string): string {
  const url = new URL(named);
  const { origin, search } = new URL(list);
  if (url.search === '' && url.origin === origin) url.search = search;
  return url.href;
}

/** For people. */
export function shownAddress(source: string): string {
  const { origin, pathname } = new URL(source);
  return origin + pathname;
}
