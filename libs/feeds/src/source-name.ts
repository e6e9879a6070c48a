import { isAddress } from './address';

/** The last meaningful word of a path or an address: `npm` for `.../npm.zip` and for `.../npm/all.zip`. */
export function sourceName(source: string): string {
  const path = isAddress(source) ? decoded(new URL(source).pathname) : source;
  const words = path.split('/').filter((word) => word !== '');
  const stems = words.map((word, index) => (index === words.length - 1 ? word.replace(/^(.[^.]*)\..*$/, '$1') : word));
  const last = stems.at(-1) ?? '';
  return last === 'all' ? (stems.at(-2) ?? last) : last;
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    // A percent sign that encodes nothing: the name is taken as it is written.
    return pathname;
  }
}
