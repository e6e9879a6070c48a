import { err, ok, type Result } from '@tidewaiter/kit';

/**
 * What one image, or a bill of materials, may cost. Every limit ends in a named problem, never in a silent cut: a reader that meets one says so and the
 * inventory is not complete.
 */
export interface Limits {
  /** Manifest, index and config documents. Registries refuse manifests above 4 MiB. */
  readonly documentBytes: number;
  /** Index inside index inside index. */
  readonly indexDepth: number;
  /** Manifests reached from one index. */
  readonly manifests: number;
  readonly layers: number;
  /** Tar entries of one layer, or files of one root filesystem. */
  readonly entriesPerLayer: number;
  readonly pathBytes: number;
  /** Uncompressed bytes of one layer. */
  readonly layerBytes: number;
  /** Uncompressed bytes of all layers: one that would be begun beyond them is not read. */
  readonly imageBytes: number;
  /** Uncompressed / compressed, looked at only above `ratioFloorBytes`: small layers of zeroes are honest. */
  readonly ratio: number;
  readonly ratioFloorBytes: number;
  /** Upper bound for one file handed to an extractor, which may have a lower one of its own. Larger programs are only hashed. */
  readonly fileBytes: number;
  /** What an extractor's own bound for its files is raised to where it is lower, as far as `fileBytes`; 0 leaves them as they are. */
  readonly extractorFileBytes: number;
  /** A file up to this size is read in memory; a larger one goes through a temporary file, one at a time for each layer. */
  readonly memoryFileBytes: number;
  /** Archives inside archives inside a file. */
  readonly archiveDepth: number;
  /** Entries of all archives in one file. */
  readonly archiveEntries: number;
  /** Inflated bytes of all archives in one file. */
  readonly archiveBytes: number;
  /** Memory of a thread that reads a layer, without the buffers of files that are looked at. */
  readonly layerHeapBytes: number;
  /** Time that reading one layer may take. */
  readonly layerMs: number;
  /** Time in which the layers of an image may be begun. */
  readonly imageMs: number;
  /** Links, whiteouts and other facts kept of one layer for the overlay. */
  readonly factsPerLayer: number;
  /** Packages that one file states: a database of nothing but noise leaves the rest of its layer some room. */
  readonly packagesPerFile: number;
  /** Packages that all files of one layer state. */
  readonly packagesPerLayer: number;
  /** Packages that all layers state, those that others replace included. */
  readonly packagesPerImage: number;
  /** Memory, roughly, of what is kept of one layer for the overlay: its paths, and what was read from its files. */
  readonly evidenceBytesPerLayer: number;
  /** The same of all layers. */
  readonly evidenceBytesPerImage: number;
  /** What is wrong with one file is told so many times; a package database of noise would be wrong in every line. */
  readonly problemsPerFile: number;
  readonly symlinkHops: number;
  /** A bill of materials, before and after inflating. */
  readonly sbomBytes: number;
  readonly sbomComponents: number;
  /** Components inside components. */
  readonly sbomDepth: number;
}

const mebibyte = 1024 * 1024;

export const defaultLimits: Limits = {
  documentBytes: 4 * mebibyte,
  indexDepth: 4,
  manifests: 256,
  layers: 512,
  entriesPerLayer: 2_000_000,
  pathBytes: 4096,
  layerBytes: 40 * 1024 * mebibyte,
  imageBytes: 100 * 1024 * mebibyte,
  ratio: 200,
  ratioFloorBytes: 1024 * mebibyte,
  fileBytes: 1024 * mebibyte,
  extractorFileBytes: 0,
  memoryFileBytes: 16 * mebibyte,
  archiveDepth: 8,
  archiveEntries: 200_000,
  archiveBytes: 4 * 1024 * mebibyte,
  layerHeapBytes: 1024 * mebibyte,
  layerMs: 30 * 60 * 1000,
  imageMs: 60 * 60 * 1000,
  factsPerLayer: 500_000,
  packagesPerFile: 100_000,
  packagesPerLayer: 250_000,
  packagesPerImage: 250_000,
  evidenceBytesPerLayer: 64 * mebibyte,
  evidenceBytesPerImage: 96 * mebibyte,
  problemsPerFile: 1_000,
  symlinkHops: 40,
  sbomBytes: 256 * mebibyte,
  sbomComponents: 1_000_000,
  sbomDepth: 64,
};

const assignment = /^(\w+)=(\d{1,15})$/;

/** The default limits, changed by texts of the form `NAME=NUMBER`; an error names the text that is no such thing, and the limits. */
export function changedLimits(changes: readonly string[]): Result<Limits, string> {
  const limits: Record<keyof Limits, number> = { ...defaultLimits };
  for (const change of changes) {
    const [, name, value] = assignment.exec(change) ?? [];
    if (name === undefined || !isLimit(name)) {
      const known = Object.entries(defaultLimits).map(([each, number]) => `${each}=${number}`);
      return err(`a limit is NAME=NUMBER, not "${change.slice(0, 100)}"; the limits are ${known.join(', ')}`);
    }
    limits[name] = Number(value);
  }
  return ok(limits);
}

function isLimit(name: string): name is keyof Limits {
  return Object.hasOwn(defaultLimits, name);
}
