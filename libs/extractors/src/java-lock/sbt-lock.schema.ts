import { z } from 'zod';

/** https://github.com/stringbean/sbt-dependency-lock */
export const SbtLock = z.object({
  lockVersion: z.literal(1),
  modules: z.array(z.object({ org: z.string(), name: z.string(), version: z.string() })),
});
export type SbtLock = z.infer<typeof SbtLock>;
