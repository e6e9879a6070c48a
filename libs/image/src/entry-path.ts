import { err, ok, type Result } from '@tidewaiter/kit';

/**
 * The one form of a path inside an image: segments joined by `/`, no leading slash, no `.` or empty segment; the root is ''.
 * A name that climbs above the root has no such form: a runtime refuses the layer, we skip the entry and say so.
 */
export function cleanEntryPath(name: string): Result<string, 'outside-root' | 'nul-byte'> {
  if (name.includes('\0')) return err('nul-byte');
  if (isClean(name)) return ok(name);
  const segments: string[] = [];
  for (const segment of name.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') {
      if (segments.pop() === undefined) return err('outside-root');
      continue;
    }
    segments.push(segment);
  }
  return ok(segments.join('/'));
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

export function baseNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The common case costs no allocation: relative, no empty segment and no segment that begins with a dot. */
function isClean(name: string): boolean {
  if (name === '') return true;
  const first = name.charCodeAt(0);
  if (first === 0x2f || first === 0x2e || name.endsWith('/')) return false;
  return !name.includes('/.') && !name.includes('//');
}
