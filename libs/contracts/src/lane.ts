import { z } from 'zod';

/**
 * Who waits for a piece of work, the most urgent first: somebody pushed an image; a person or a pipeline asked; what is known
 * is read again (another extractor, an advisory); everything else, such as what a walk over the catalogue finds.
 */
export const lanes = ['push', 'user', 'rescan', 'backfill'] as const;
export const Lane = z.enum(lanes);
export type Lane = z.infer<typeof Lane>;

export function isMoreUrgent(lane: Lane, than: Lane): boolean {
  return lanes.indexOf(lane) < lanes.indexOf(than);
}
