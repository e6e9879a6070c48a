import { z } from 'zod';

export const PipfilePackages = z.record(
  z.string(),
  z.object({ version: z.string().optional(), file: z.string().optional(), path: z.string().optional() }),
);
export type PipfilePackages = z.infer<typeof PipfilePackages>;

/** https://github.com/pypa/pipfile: `default`, `develop` and what categories a project makes besides. */
export const PipfileLock = z
  .object({
    _meta: z.object({ 'pipfile-spec': z.number() }),
    default: PipfilePackages.default({}),
    develop: PipfilePackages.default({}),
  })
  .catchall(PipfilePackages);

const Groups = z.array(z.string()).optional();

/** Poetry before 1.5 said the category, since 2.0 it says the groups. */
export const PoetryLock = z.object({
  package: z
    .array(
      z.object({
        name: z.string(),
        version: z.string(),
        category: z.string().optional(),
        groups: Groups,
        source: z.object({ type: z.string() }).optional(),
      }),
    )
    .default([]),
  metadata: z.object({ 'lock-version': z.string().optional(), 'content-hash': z.string() }),
});

export const PdmLock = z.object({
  package: z
    .array(z.object({ name: z.string(), version: z.string().optional(), groups: Groups, path: z.string().optional() }))
    .default([]),
  metadata: z.object({ lock_version: z.string().optional(), content_hash: z.string() }),
});

const UvDependencies = z.array(z.object({ name: z.string() })).default([]);

export const UvPackage = z.object({
  name: z.string(),
  /** Absent where the project computes it. */
  version: z.string().optional(),
  /** One member that says what it is: `{registry = "…"}`, `{editable = "."}`. */
  source: z.record(z.string(), z.unknown()).default({}),
  dependencies: UvDependencies,
  'optional-dependencies': z.record(z.string(), UvDependencies).default({}),
});
export type UvPackage = z.infer<typeof UvPackage>;

/** A project is a package of its lock; that of a script only has what the script asks for. */
const UvManifest = z.object({ requirements: UvDependencies });

export const UvLock = z.object({
  version: z.number(),
  manifest: UvManifest.default({ requirements: [] }),
  package: z.array(UvPackage).default([]),
});

/** https://packaging.python.org/en/latest/specifications/pylock-toml/ */
export const Pylock = z.object({
  'lock-version': z.string(),
  packages: z.array(z.object({ name: z.string(), version: z.string().optional(), directory: z.unknown().optional() })),
});
