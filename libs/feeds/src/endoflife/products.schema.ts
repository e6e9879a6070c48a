import { z } from 'zod';

/** https://endoflife.date/docs/api/v1/ */
export const EndOfLifeProducts = z.object({ result: z.array(z.unknown()) });

/** The API writes null for what nobody has said. */
function orNothing<T extends z.ZodType>(schema: T) {
  return schema.optional().catch(undefined);
}

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const EndOfLifeRelease = z.object({
  name: z.string().min(1).max(100),
  label: orNothing(z.string().max(200)),
  isEol: z.boolean(),
  eolFrom: orNothing(Day),
  /** End of extended support. */
  eoesFrom: orNothing(Day),
  latest: orNothing(z.object({ name: z.string().max(200) })),
});
export type EndOfLifeRelease = z.infer<typeof EndOfLifeRelease>;

export const EndOfLifeProduct = z.object({
  name: z.string().min(1).max(100),
  identifiers: z
    .array(z.object({ type: z.string().max(50), id: z.string().max(500) }))
    .max(1_000)
    .catch([]),
  releases: z.array(EndOfLifeRelease).max(5_000),
});
export type EndOfLifeProduct = z.infer<typeof EndOfLifeProduct>;
