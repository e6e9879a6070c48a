import { occurrences, type ByteSource } from '@tidewaiter/formats';

/**
 * How a program gives away its version: a fixed text that is searched for, and what must stand around it. `{1}` in texts is the
 * first group of the file name's pattern.
 */
export interface Evidence {
  readonly anchor: string;
  /** Applied to what begins with the anchor; its first group is the version, unless `before` has it. */
  readonly from?: RegExp;
  /** Applied to what ends right before the anchor. */
  readonly before?: RegExp;
  /** Other texts that the file must have: a version alone may be that of something else. */
  readonly besides?: readonly string[];
}

/** How far around an anchor is looked. */
const windowBytes = 128;
/** An anchor that occurs more often tells nothing. */
const maxOccurrences = 10_000;

/** The version that evidence gives, when all places that give one agree. */
export function versionBy(evidence: Evidence, source: ByteSource, fileName: RegExpExecArray): string | undefined {
  const versions = new Set<string>();
  let count = 0;
  for (const at of occurrencesOf(evidence.anchor, source, fileName)) {
    if (++count > maxOccurrences) return undefined;
    const version = versionAround(evidence, source, at, fileName);
    if (version !== undefined) versions.add(version);
    if (versions.size > 1) return undefined;
  }
  const [version] = versions;
  if (version === undefined) return undefined;
  const isConfirmed = (evidence.besides ?? []).every((text) => occurs(text, source, fileName));
  return isConfirmed ? version : undefined;
}

function versionAround(
  { before, from }: Evidence,
  source: ByteSource,
  at: number,
  fileName: RegExpExecArray,
): string | undefined {
  const left = before?.exec(source.read(Math.max(0, at - windowBytes), at).toString('latin1'));
  if (left === null) return undefined;
  const right = from?.exec(source.read(at, at + windowBytes).toString('latin1'));
  if (right === null) return undefined;
  return left?.[1] ?? right?.[1] ?? fileName[1];
}

function occurs(text: string, source: ByteSource, fileName: RegExpExecArray): boolean {
  return occurrencesOf(text, source, fileName).next().done === false;
}

function occurrencesOf(text: string, source: ByteSource, fileName: RegExpExecArray): Generator<number> {
  const needle = Buffer.from(text.replaceAll('{1}', fileName[1] ?? ''), 'latin1');
  return occurrences(source, needle, { start: 0, end: source.sizeBytes });
}
