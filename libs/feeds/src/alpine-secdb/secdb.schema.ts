import { z } from 'zod';

/** One repository of one release. */
export const Secdb = z.object({
  /** `v3.20` or `edge`; distributions without releases have none. */
  distroversion: z.string().optional(),
  packages: z.array(z.unknown()),
});

export const SecdbPackage = z.object({
  pkg: z.object({
    name: z.string().min(1),
    /** Ids by the version that fixed them; some packages have it empty. */
    secfixes: z.record(z.string(), z.array(z.string()).nullable()).nullish(),
  }),
});
export type SecdbPackage = z.infer<typeof SecdbPackage>;
