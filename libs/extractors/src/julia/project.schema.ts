import { z } from 'zod';

/** What a package says of itself: https://pkgdocs.julialang.org/v1/toml-files/ */
export const JuliaProject = z.object({
  name: z.string().min(1).max(1024),
  uuid: z.string().regex(/^[0-9a-fA-F-]{36}$/),
  version: z.string().min(1).max(1024),
});
