import { z } from 'zod';
import { Id, Time, Words } from '../texts.schema';

const identity = {
  '@id': Id.optional(),
  identifiers: z.object({ purl: Id.optional() }).optional(),
  hashes: z.record(z.string().max(50), z.string().max(200)).optional(),
} as const;

/** Before 0.2.0 products and components were mere names. */
function named<T extends z.ZodType>(shape: T) {
  return z.preprocess((value) => (typeof value === 'string' ? { '@id': value } : value), shape);
}

const Component = named(z.object(identity));
export type Component = z.infer<typeof Component>;

const Product = named(z.object({ ...identity, subcomponents: z.array(Component).max(10_000).default([]) }));
export type Product = z.infer<typeof Product>;

const Vulnerability = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  z.object({ '@id': Id.optional(), name: Id.optional(), aliases: z.array(Id).max(1_000).default([]) }),
);

export const OpenVexStatement = z.object({
  vulnerability: Vulnerability,
  timestamp: Time.optional(),
  products: z.array(Product).min(1).max(10_000),
  /** Of all products, before 0.2.0. */
  subcomponents: z.array(Component).max(10_000).default([]),
  status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
  justification: Words.optional(),
  impact_statement: Words.optional(),
  action_statement: Words.optional(),
});
export type OpenVexStatement = z.infer<typeof OpenVexStatement>;

export const OpenVexDocument = z.object({
  '@context': z.string().startsWith('https://openvex.dev/ns'),
  '@id': Id,
  author: Words,
  timestamp: Time,
  statements: z.array(z.unknown()).max(200_000),
});
export type OpenVexDocument = z.infer<typeof OpenVexDocument>;
