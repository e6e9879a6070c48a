import type { Executable } from '@tidewaiter/contracts';
import { programFormat } from '@tidewaiter/formats';

/** As much of a file as is needed to tell what it is, and a script's first line. */
export const headBytes = 256;

/** setuid, setgid or executable by anybody. */
const runnableBits = 0o6111;
const privilegeBits = 0o6000;
const libraryEnding = /\.(?:so(?:\.[\w.]+)?|node|dll|exe|dylib)$/;

/** Whether the first bytes are worth a look: what can be run, and what programs load as code. */
export function mayBeProgram(path: string, mode: number): boolean {
  return (mode & runnableBits) !== 0 || isNamedAsLibrary(path);
}

/** Needs no executable bit to be loaded. */
export function isNamedAsLibrary(path: string): boolean {
  return libraryEnding.test(path);
}

const scriptEnding = /\.(?:[cm]?[jt]s|[jt]sx|py|rb|pl|pm|php|el|vim|erb|test)$/;
const typesEnding = /\.d\.[cm]?ts$/;

/** Where it cannot be run it is data. In a lower layer the same name may have been a script that can. */
export function isNamedAsScript(path: string): boolean {
  return scriptEnding.test(path) && !typesEnding.test(path);
}

/** Directly in a directory of programs, where directories are rare. */
export function liesAmongPrograms(path: string): boolean {
  return /(?:^|\/)s?bin\/[^/]+$/.test(path);
}

/** What the kernel would make of it; undefined for data, executable bit or not. */
export function executableKind(head: Buffer, mode: number): Executable['kind'] | undefined {
  const format = programFormat(head);
  if (format !== undefined) return format;
  if (head[0] === 0x23 && head[1] === 0x21) return 'script';
  return (mode & privilegeBits) !== 0 ? 'other' : undefined;
}

/** What a text of this size holds is all that a script is; applications in one file begin with a few thousand bytes of it. */
const leastZippedBytes = 16 * 1024;

/**
 * Whether it may be an application in a zip: the zip behind the first line, at the start where the name has no ending that would say
 * what else it is, or behind a whole script, where only the end of the file tells. https://docs.python.org/3/library/zipapp.html
 */
export function mayBeZippedProgram(
  head: Buffer,
  { path, mode, sizeBytes }: { readonly path: string; readonly mode: number; readonly sizeBytes: number },
): boolean {
  if ((mode & runnableBits) === 0) return false;
  if (head.indexOf(zipStart) === 0) return !path.slice(path.lastIndexOf('/') + 1).includes('.');
  if (head[0] !== 0x23 || head[1] !== 0x21) return false;
  return sizeBytes >= leastZippedBytes || head.indexOf(zipStart) === head.indexOf(0x0a) + 1;
}

const zipStart = Buffer.from('PK\x03\x04', 'latin1');

/** The path in `#!path argument`, execve(2). */
export function interpreterOf(head: Buffer): string | undefined {
  const line = head.toString('utf8', 2).split('\n', 1)[0] ?? '';
  const [path] = line.trim().split(/[ \t]/, 1);
  return path === undefined || path === '' || path.includes('\0') ? undefined : path;
}

/** Documentation and translations: where most of a package's files lie. None of them runs but for examples. */
const documents = /^usr\/(?:share\/(?:doc|man|info|locale|i18n|zoneinfo|icons|fonts|licenses|help|lintian)|include)\//;
const dataEnding =
  /\.(?:html?|css|md|txt|gz|xz|bz2|png|svg|gif|jpe?g|h|hpp|a|la|pc|mo|po|json|xml|ya?ml|conf|cfg|ini|list|md5sums|pyc|ttf|woff2?)$/;

/** Whether a package database may name an executable by this path; said of paths alone, before anything is known of the file. */
export function couldNameProgram(path: string): boolean {
  const isDocument = documents.test(path) && !path.includes('/examples/');
  return !isDocument && !dataEnding.test(path) && !path.endsWith('/');
}
