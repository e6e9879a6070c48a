import { z } from 'zod';

/** Nested at will, read one level at a time. */
const components = z.array(z.unknown()).max(100_000).default([]);

/** What we read of it: https://cyclonedx.org/docs/1.7/json/ */
export const CycloneDxDocument = z.object({ bomFormat: z.literal('CycloneDX'), components });

export const Component = z.object({
  purl: z.string().optional(),
  /** `excluded` is what was only there to build. */
  scope: z.string().optional(),
  components,
});
export type Component = z.infer<typeof Component>;
