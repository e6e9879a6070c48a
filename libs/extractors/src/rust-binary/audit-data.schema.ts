import { z } from 'zod';

/** What cargo-auditable embeds: https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md */
export const AuditData = z.object({
  packages: z
    .array(
      z.object({
        name: z.string().min(1).max(256),
        version: z.string().min(1).max(256),
        /** Build dependencies ran at build time and are not in the program. */
        kind: z.string().default('runtime'),
      }),
    )
    .max(100_000),
});
export type AuditData = z.infer<typeof AuditData>;
