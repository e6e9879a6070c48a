import { posix } from 'node:path';

/**
 * The paths of a package's files, from the root of the image. `RECORD` is CSV whose first column is a path; the older
 * `installed-files.txt` of pip has one a line. https://packaging.python.org/en/latest/specifications/recording-installed-packages/
 */
export function* recordedPaths(
  texts: Iterable<string>,
  list: { readonly kind: 'record' | 'installed-files'; readonly base: string },
): Generator<string> {
  for (const text of texts) {
    for (let at = 0; at < text.length;) {
      const newline = text.indexOf('\n', at);
      const end = newline === -1 ? text.length : newline;
      const line = text.slice(at, end).trimEnd();
      at = end + 1;
      const path = list.kind === 'record' ? firstColumn(line) : line;
      if (path === '' || path.length > 4096) continue;
      const full = path.startsWith('/') ? path.slice(1) : posix.join(list.base, path);
      if (!full.startsWith('..')) yield full;
    }
  }
}

/** A quoted column may hold commas; a file name with a line break in it is not worth reading further. */
function firstColumn(line: string): string {
  if (!line.startsWith('"')) return line.slice(0, Math.max(0, line.indexOf(',')));
  let end = line.indexOf('"', 1);
  while (end !== -1 && line[end + 1] === '"') end = line.indexOf('"', end + 2);
  return end === -1 ? '' : line.slice(1, end).replaceAll('""', '"');
}
