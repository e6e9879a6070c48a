import { z } from 'zod';

export const AttributeChanges = z.object({
  deleteEnabled: z.boolean().optional(),
  writeEnabled: z.boolean().optional(),
  listEnabled: z.boolean().optional(),
  readEnabled: z.boolean().optional(),
});
export type AttributeChanges = z.infer<typeof AttributeChanges>;

/** Of a manifest alone. */
export const QuarantineChanges = z.object({
  quarantineState: z.enum(['Passed', 'Failed']).optional(),
  quarantineDetails: z.string().max(65_536).optional(),
});
export type QuarantineChanges = z.infer<typeof QuarantineChanges>;

/** What the text of `quarantineDetails` must be; ACR's schema allows nothing else in it. */
export const QuarantineDetails = z.strictObject({
  scanner: z.string().optional(),
  state: z.string().optional(),
  link: z.string().optional(),
  result: z
    .strictObject({
      version: z.string().optional(),
      summary: z
        .array(
          z.strictObject({
            severity: z.enum(['Critical', 'High', 'Medium', 'Low', 'None']),
            count: z.int().nonnegative(),
          }),
        )
        .max(5)
        .optional(),
      description: z.string().max(1_024).optional(),
    })
    .optional(),
});
