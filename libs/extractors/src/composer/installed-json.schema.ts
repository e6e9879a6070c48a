import { z } from 'zod';

/** A package as Composer writes it to installed.json and composer.lock alike: https://getcomposer.org/doc/04-schema.md */
export const ComposerPackage = z.object({
  name: z.string().min(1).max(1024),
  version: z.string().min(1).max(1024),
  license: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
});
export type ComposerPackage = z.infer<typeof ComposerPackage>;

/** Composer 1 wrote the list alone. */
export const InstalledJson = z.union([
  z.array(z.unknown()),
  z.object({ packages: z.array(z.unknown()) }).transform(({ packages }) => packages),
]);
