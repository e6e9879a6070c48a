import { z } from 'zod';

/** Of a message about a manifest: how its images were read. */
export const ToldImages = z.object({ images: z.array(z.object({ state: z.string() })).readonly() });
export type ToldImages = z.infer<typeof ToldImages>;
