import { VexStatus } from '@tidewaiter/contracts';
import { z } from 'zod';

const Words = z
  .string()
  .nullable()
  .transform((text) => text ?? undefined);

/** A statement as its row has it. */
export const StoredVexStatement = z
  .object({
    /** Null of what an operator wrote without a source. */
    source: z.string().nullable(),
    isBelieved: z.boolean(),
    document: z.string(),
    author: z.string(),
    timestamp: z.string(),
    vulnerabilities: z.array(z.string()),
    status: VexStatus,
    justification: Words,
    statement: Words,
    products: z.array(
      z.object({
        purl: z.string().exactOptional(),
        digest: z.string().exactOptional(),
        subcomponents: z.array(z.string()),
      }),
    ),
  })
  .transform(({ source, justification, statement, ...rest }) => ({
    ...rest,
    source: source ?? 'vex',
    ...(justification !== undefined && { justification }),
    ...(statement !== undefined && { statement }),
  }));
