import { z } from 'zod';

/** What `pro status` keeps for its next run; only what is read here. */
export const UbuntuProStatus = z.object({
  services: z.array(z.object({ name: z.string().max(64), status: z.string() })).max(100),
});
