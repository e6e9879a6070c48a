import { Executable, Problem, Release } from '@tidewaiter/contracts';
import { z } from 'zod';

const ExtractedPackage = z.object({
  name: z.string(),
  version: z.string(),
  architecture: z.string().exactOptional(),
  source: z.object({ name: z.string(), version: z.string() }).exactOptional(),
  isDistroMaintained: z.boolean().exactOptional(),
  module: z.string().exactOptional(),
  inside: z.string().exactOptional(),
  isVendored: z.boolean().exactOptional(),
  isDevelopment: z.boolean().exactOptional(),
  licenses: z.array(z.string()).readonly().exactOptional(),
  purlNamespace: z.string().exactOptional(),
  purlQualifiers: z.record(z.string(), z.string()).readonly().exactOptional(),
  cpes: z.array(z.string()).readonly().exactOptional(),
  builtFor: z.object({ database: z.string(), release: Release.exactOptional() }).exactOptional(),
});

const Owned = { paths: z.array(z.string()), directories: z.array(z.string()).exactOptional() };
const OwnedFiles = z.union([
  z.object({
    name: z.string(),
    version: z.string().exactOptional(),
    architecture: z.string().exactOptional(),
    ...Owned,
  }),
  z.object({ statedIn: z.string(), ...Owned }),
]);

/** What one extractor read from one file. A file that holds nothing is kept too: it hides the same file of lower layers. */
export const EvidenceFile = z.object({
  /** Path in the layer. */
  path: z.string(),
  extractor: z.string(),
  /** The log of changes beside it, by its name, that was applied to it: what was read so holds where both are as they were. */
  readWith: z.string().optional(),
  packages: z.array(ExtractedPackage),
  supersedes: z
    .array(
      z.object({
        name: z.string(),
        architecture: z.string().exactOptional(),
        isForOneArchitecture: z.boolean().exactOptional(),
      }),
    )
    .optional(),
  release: Release.optional(),
  ownedFiles: z.array(OwnedFiles).optional(),
  contentSets: z.array(z.string()).optional(),
  diversions: z.array(z.object({ from: z.string(), to: z.string(), by: z.string().exactOptional() })).optional(),
  module: z
    .object({
      name: z.string().exactOptional(),
      members: z.array(z.string()).readonly().exactOptional(),
      replacements: z
        .array(z.object({ of: z.string(), by: ExtractedPackage.exactOptional() }))
        .readonly()
        .exactOptional(),
    })
    .optional(),
  settings: z.object({ rank: z.number(), values: z.record(z.string(), z.string()).readonly() }).optional(),
  licenses: z.array(z.string()).optional(),
  /** Why it is not read, or not read completely. They are the file's: where it is gone or replaced, they are gone with it. */
  problems: z.array(Problem.pick({ code: true, message: true })).optional(),
});
export type EvidenceFile = z.infer<typeof EvidenceFile>;

/**
 * The result of reading one layer alone. It depends on the layer's bytes, its readers, what extractors look at and the limits and
 * on nothing else, so it may be kept until one of its readers changes. Plain JSON. All paths are clean and as the layer writes them: which links of lower
 * layers they pass through is decided by the overlay.
 */
export const LayerEvidence = z.object({
  /** Extractors that were given a file of the layer, with their revisions: `dpkg@3`. The others found nothing to read. */
  readers: z.array(z.string()),
  files: z.array(EvidenceFile),
  executables: z.array(Executable),
  whiteouts: z.array(z.string()),
  opaqueDirectories: z.array(z.string()),
  /** [path, target] as written. */
  symlinks: z.array(z.tuple([z.string(), z.string()])),
  /** [path, target] of paths that an extractor wants or that may be programs, whose content lies in a lower layer. */
  hardlinks: z.array(z.tuple([z.string(), z.string()])),
  /**
   * Directories the layer states itself, of those on the way to a place that extractors look at, that hide what is below, or that
   * have the name of a file that is of interest or lie where programs do.
   */
  directories: z.array(z.string()),
  /** Parents of the paths above that the layer does not state: they may be links of lower layers. */
  unstatedDirectories: z.array(z.string()),
  /** Fingerprints of other non-directories; they replace what lower layers have there. */
  nonDirectories: z.string(),
  /** Of the layer as a whole, and of entries that are no file. */
  problems: z.array(Problem),
  /** What the above takes, roughly, and always the same. */
  evidenceBytes: z.number(),
  /** Of the tar that the layer is; 0 for a root filesystem. */
  uncompressedBytes: z.number(),
});
export type LayerEvidence = z.infer<typeof LayerEvidence>;
