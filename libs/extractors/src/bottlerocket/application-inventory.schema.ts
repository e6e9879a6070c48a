import { z } from 'zod';

export const ApplicationInventory = z.object({ Content: z.array(z.unknown()) });

/** An rpm of Bottlerocket's build. `Version` may hold what its vendor calls it, `Release` is the build's. */
export const Application = z.object({
  Name: z.string().min(1).max(512),
  Version: z.string().min(1).max(512),
  Release: z.string().min(1).max(512),
  Epoch: z.string().optional(),
  Architecture: z.string().optional(),
});
export type Application = z.infer<typeof Application>;
