import { z } from 'zod';

/** https://doc.rust-lang.org/cargo/reference/resolver.html; versions 1 and 2 do not say which they are. */
export const CargoLock = z.object({
  version: z.number().optional(),
  package: z.array(z.object({ name: z.string(), version: z.string(), source: z.string().optional() })),
});
