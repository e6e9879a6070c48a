import type { AdvisoryKey, ExtractedPackage, Package, Release } from '@tidewaiter/contracts';
import type { VersionScheme } from '@tidewaiter/versions';

/**
 * What belongs together: how packages of one kind are named, ordered, layered and looked up. Data and pure functions; a
 * new one is a file and a line in registry.ts.
 */
export interface Ecosystem {
  /** Equal to the name of its file. */
  readonly id: string;
  /** OSV's name for it, without a release: `Debian`, `npm`. */
  readonly advisoryEcosystem: string;
  readonly purlType: string;
  /** Absent where no advisories speak of its packages and their order is not known. */
  readonly scheme?: VersionScheme;
  /** Ids of the extractors whose packages may belong here. */
  readonly extractors: readonly string[];
  /** Absent where it does not matter which distribution the image is. */
  readonly distro?: DistroTraits;
  /** Advisories differ from release to release, so a package without one cannot be judged. */
  readonly needsRelease: boolean;
  /**
   * What a later layer's file does to an earlier one's packages. `newest-database-wins`: the file is a whole package
   * database and replaces the earlier one; `per-file`: every file speaks of itself.
   */
  readonly layering: 'newest-database-wins' | 'per-file';
  /** The package as the domain knows it: ecosystem with release, purl, source. */
  identify(extracted: ExtractedPackage, release?: Release): Package;
  /** The same for all spellings of a package's name. Absent where two names are two packages unless they are the same byte by byte. */
  foldName?(name: string): string;
  /**
   * Under which names advisories may speak of it. Where the release is not known, of all releases: what they say is
   * undetermined then, but not overlooked.
   */
  lookupKeys(pkg: Package): readonly AdvisoryKey[];
}

export interface DistroTraits {
  /** Each an `ID` of os-release(5), in lower case. Any of them makes an extractor's packages belong here. */
  readonly ids: readonly string[];
  /** Where distributions share an ID: whether this one is meant. */
  isMeant?(release: Release): boolean;
  /**
   * It publishes advisories for what it has not fixed too, so its silence about a file it ships means something. Elsewhere a
   * distro's package and the language package in it are both judged.
   */
  readonly isComprehensive: boolean;
  /** Its advisories name source packages and nothing else. */
  readonly isJudgedBySource: boolean;
}
