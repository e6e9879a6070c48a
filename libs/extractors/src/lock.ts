import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import type { Extraction, LayerFile } from './extractor';

/** The packages that the text of a lock file names; undefined when it is not a file of the format. */
export type LockReader = (text: string) => Iterable<ExtractedPackage> | VersionedLock | undefined;

export interface VersionedLock {
  readonly packages: Iterable<ExtractedPackage>;
  readonly version: LockVersion;
}

/** Of the format. What a later one means is not known: packages may be named elsewhere than they are looked for. */
export interface LockVersion {
  /** As the file has it; undefined where its format did not say one yet. */
  readonly stated: string | number | undefined;
  /** The newest that is read here, as exactly as its tools tell versions apart that they cannot read: `4`, `0.5`. */
  readonly known: string;
}

/** No registry has longer names or versions. */
const maxTextLength = 1024;

/**
 * What a project asked for. One package is one entry, however many of its dependents name it; it is for development only where
 * nothing else needs it.
 */
export function readLock(file: LayerFile, read: LockReader): Extraction {
  const lock = read(textOf(file.bytes));
  if (lock === undefined) return { packages: [], problems: [unreadable(file.path)] };
  const { packages: entries, version } = 'version' in lock ? lock : { packages: lock };
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
  const problems = [
    ...(version !== undefined && isLater(version) ? [versionUnknown(file.path, version)] : []),
    ...(invalid === 0 ? [] : [incomplete(file.path, invalid)]),
  ];
  return { packages: [...packages.values()], problems };
}

/** A version that is no number is one that nobody here knows. */
function isLater({ stated, known }: LockVersion): boolean {
  if (stated === undefined) return false;
  const parts = String(stated)
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  for (const [at, newest] of known.split('.').map(Number).entries()) {
    const part = parts[at] ?? 0;
    if (part !== newest) return !(part < newest);
  }
  return false;
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

function versionUnknown(path: string, { stated, known }: LockVersion): Problem {
  const version = String(stated).slice(0, 100);
  return {
    code: 'lock-version-unknown',
    message: `"${path}" is a lock file of version ${version}, and versions up to ${known} are known here: it was read as one of those, and packages may be missing.`,
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
