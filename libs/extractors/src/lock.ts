import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import type { Extraction, LayerFile } from './extractor';

/** The packages that the text of a lock file names; undefined when it is not a file of the format. */
export type LockReader = (text: string) => Iterable<ExtractedPackage> | undefined;

/** No registry has longer names or versions. */
const maxTextLength = 1024;

/**
 * What a project asked for. One package is one entry, however many of its dependents name it; it is for development only where
 * nothing else needs it.
 */
export function readLock(file: LayerFile, read: LockReader): Extraction {
  const entries = read(textOf(file.bytes));
  if (entries === undefined) return { packages: [], problems: [unreadable(file.path)] };
  const packages = new Map<string, ExtractedPackage>();
  let invalid = 0;
  for (const entry of entries) {
    if (!isUsable(entry.name) || !isUsable(entry.version)) {
      invalid++;
      continue;
    }
    const key = `${entry.name}\0${entry.version}`;
    const known = packages.get(key);
    if (known === undefined || (known.isDevelopment === true && entry.isDevelopment !== true)) packages.set(key, entry);
  }
  return { packages: [...packages.values()], problems: invalid === 0 ? [] : [incomplete(file.path, invalid)] };
}

function textOf(bytes: Buffer): string {
  // PowerShell's `pip freeze > requirements.txt` writes UTF-16.
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function isUsable(text: string): boolean {
  return text !== '' && text.length <= maxTextLength;
}

function unreadable(path: string): Problem {
  return {
    code: 'lock-unreadable',
    message: `"${path}" is not a lock file of a form that is known here; the packages it names are missing.`,
    path,
  };
}

function incomplete(path: string, count: number): Problem {
  return {
    code: 'lock-entry-invalid',
    message: `${count} entries of "${path}" have no usable name and version and were left out.`,
    path,
  };
}
