import { z } from 'zod';

/** https://doc.rust-lang.org/cargo/reference/resolver.html */
export const CargoLock = z.object({
  package: z.array(z.object({ name: z.string(), version: z.string(), source: z.string().optional() })),
});
