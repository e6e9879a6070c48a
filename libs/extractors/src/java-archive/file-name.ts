import type { ByteSource } from '@tidewaiter/formats';

/** https://docs.oracle.com/javase/8/docs/technotes/guides/jar/jar.html and the containers that deploy archives of their own. */
export const archiveEndings = [
  '.jar',
  '.war',
  '.ear',
  // Application servers: persistence units, services, resource adapters, JBoss zips.
  '.par',
  '.sar',
  '.rar',
  '.far',
  '.zap',
  // NiFi, Jenkins, Karaf, Liferay.
  '.nar',
  '.jpi',
  '.hpi',
  '.kar',
  '.lpkg',
] as const;

const certain = /\.(?:jar|war|ear|jpi|hpi|lpkg)$/i;
const any = new RegExp(`\\.(?:${archiveEndings.map((ending) => ending.slice(1)).join('|')})$`, 'i');

/**
 * An empty file holds nothing. `.rar`, `.par`, `.sar` and the like are other formats' endings too; a `.jar` that is no zip is a
 * broken one.
 */
export function holdsArchive(path: string, content: ByteSource): boolean {
  if (content.sizeBytes === 0) return false;
  return certain.test(path) || content.read(0, 2).toString('latin1') === 'PK';
}

export function isArchive(path: string): boolean {
  return any.test(path);
}

/** The name without directories and ending: `log4j-core-2.14.1`. */
export function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(any, '');
}

export interface FileIdentity {
  readonly artifact: string;
  readonly version: string;
  /** `linux-x86_64`, `sources`. */
  readonly classifier: string;
}

const maxStemLength = 512;

/**
 * `artifact-version[-classifier]`, Maven's repository layout. Where digits are part of the artifact (`log4j-1.2-api-2.14.1`) the
 * version begins where only version words follow, and after those at most a classifier without digits in front.
 */
export function fileIdentityOf(stem: string): FileIdentity | undefined {
  if (stem.length > maxStemLength) return undefined;
  const words = stem.split('-');
  for (let start = 1; start < words.length; start++) {
    if (!startsVersion(words[start] ?? '')) continue;
    let end = start + 1;
    while (end < words.length && continuesVersion(words[end] ?? '')) end++;
    if (words.slice(end).some(startsVersion)) continue;
    return {
      artifact: words.slice(0, start).join('-'),
      version: words.slice(start, end).join('-'),
      classifier: words.slice(end).join('-'),
    };
  }
  return undefined;
}

function startsVersion(word: string): boolean {
  // `zipkin-storage-mysql-v1-2.23.2`
  return /^(?:\d|v\d+\.\d)/i.test(word);
}

const qualifier =
  /^(?:alpha|beta|milestone|m|rc|cr|b|sp|p|pre|preview|ea|snapshot|final|ga|release|rev|r|build|jre|jdk|android|incubating|redhat|atlassian|pfd|stable)[._]?\d*$/i;

function continuesVersion(word: string): boolean {
  return startsVersion(word) || qualifier.test(word.replace(/[._]\d+$/, ''));
}
