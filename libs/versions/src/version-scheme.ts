import { err, type Result } from '@tidewaiter/kit';

/** Why a text is not a version of a scheme. */
export interface BadVersion {
  readonly code: 'version-empty' | 'version-too-long' | 'version-malformed';
  /** What is wrong and where, in one sentence; holds the text, shortened. */
  readonly message: string;
}

/**
 * How one kind of version is ordered. Everything that can fail fails in `parse`; `compare` answers what the native tool
 * answers about what `parse` returned, and cannot fail. It is a total order (reflexive, antisymmetric, transitive) unless
 * the scheme has `total`, or its README says where the tool answers in circles (maven).
 */
export interface VersionScheme<V = unknown> {
  /** Equal to the name of the scheme's folder. */
  readonly id: string;
  parse(raw: string): Result<V, BadVersion>;
  compare(a: V, b: V): Order;
  /**
   * Whether a bound that leaves something out, a release or a local label, stands for this version of it: "up to and
   * including 1.2" then holds for 1.2-3 too, although `compare` puts that behind 1.2. Absent where nothing can be left out.
   */
  covers?(bound: V, version: V): boolean;
  /**
   * The order to sort by, where the native tool answers in circles: for pacman 1.0 equals both 1.0-1 and 1.0-2. Differs
   * from `compare` only for versions that are part of such a circle.
   */
  total?(a: V, b: V): Order;
}

export type Order = -1 | 0 | 1;

/** No real version comes near it; longer input is hostile or broken and is refused before any work is done on it. */
const versionLengthLimit = 256;

/** Trims, and refuses what no scheme accepts. */
export function boundedVersion(raw: string): Result<string, BadVersion> {
  if (raw.length > versionLengthLimit) {
    return err({
      code: 'version-too-long',
      message: `version "${shortened(raw)}" is ${raw.length} characters long, at most ${versionLengthLimit} are read`,
    });
  }
  const text = raw.trim();
  if (text === '') return err({ code: 'version-empty', message: 'the version is empty' });
  return { ok: true, value: text };
}

export function malformed(raw: string, reason: string): { readonly ok: false; readonly error: BadVersion } {
  return err({ code: 'version-malformed', message: `"${shortened(raw)}" is not a version: ${reason}` });
}

function shortened(raw: string): string {
  return raw.length <= 64 ? raw : `${raw.slice(0, 64)}...`;
}
