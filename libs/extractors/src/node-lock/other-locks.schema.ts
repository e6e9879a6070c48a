import { z } from 'zod';

/** https://bun.sh/docs/install/lockfile */
export const BunLock = z.object({
  lockfileVersion: z.number(),
  /** `[ident, registry, info, integrity]`, shorter for what comes from elsewhere. */
  packages: z.record(z.string(), z.tuple([z.string()], z.unknown())),
});

/** https://docs.deno.com/runtime/fundamentals/modules/#integrity-checking-and-lock-files */
const DenoPackages = z.record(z.string(), z.unknown());

export const DenoLock = z.object({
  version: z.string(),
  npm: z.union([z.object({ packages: DenoPackages }), DenoPackages]).optional(),
  packages: z.object({ npm: DenoPackages.optional() }).optional(),
});
