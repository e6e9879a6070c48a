import { z } from 'zod';
import { isPackageText } from '../extractor';

/** By the name of each component. */
export const ComponentList = z
  .record(z.string(), z.unknown())
  .refine((list) => Object.keys(list).length <= 10_000, 'more components than any image has');

const qualifier = z.string().refine(isPackageText).optional().catch(undefined);

export const StatedComponent = z.object({ version: z.string(), arch: qualifier, distro: qualifier });
