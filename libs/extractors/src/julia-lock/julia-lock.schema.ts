import { z } from 'zod';

const Entry = z.object({ uuid: z.string(), version: z.string().optional() });
const Entries = z.record(z.string(), z.array(Entry));

/** Format 2 has its packages under `deps`; format 1 is nothing but packages. https://pkgdocs.julialang.org/v1/toml-files/ */
export const JuliaManifest = z.union([
  z.object({ manifest_format: z.string(), deps: Entries.optional() }),
  Entries.transform((deps) => ({ manifest_format: undefined, deps })),
]);
