import { z } from 'zod';

/** Bounds on what a document may say; longer words are cut, longer lists are refused. */
export const Id = z.string().min(1).max(2_000);
export const Words = z.string().transform((text) => text.slice(0, 2_000));
/** RFC 3339, with whatever precision. */
export const Time = z
  .string()
  .max(64)
  .refine((text) => !Number.isNaN(Date.parse(text)));
