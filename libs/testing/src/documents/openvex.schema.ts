import { z } from 'zod';

const iri = z.string().regex(/^[a-z][a-z0-9+.-]*:\S+$/i);
const time = z.iso.datetime({ offset: true });

const unique = <T extends z.ZodType>(item: T) =>
  z.array(item).refine((items) => new Set(items.map((each) => JSON.stringify(each))).size === items.length, 'unique');

const Component = {
  '@id': iri.optional(),
  identifiers: z
    .strictObject({ purl: z.string().optional(), cpe22: z.string().optional(), cpe23: z.string().optional() })
    .optional(),
  hashes: z.partialRecord(z.enum(['sha-256', 'sha-384', 'sha-512']), z.string()).optional(),
};

const Statement = z
  .strictObject({
    vulnerability: z.strictObject({
      '@id': iri.optional(),
      name: z.string(),
      description: z.string().optional(),
      aliases: unique(z.string()).optional(),
    }),
    products: unique(
      z.strictObject({ ...Component, subcomponents: unique(z.strictObject(Component)).optional() }),
    ).optional(),
    status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
    status_notes: z.string().optional(),
    timestamp: time.optional(),
    justification: z
      .enum([
        'component_not_present',
        'vulnerable_code_not_present',
        'vulnerable_code_not_in_execute_path',
        'vulnerable_code_cannot_be_controlled_by_adversary',
        'inline_mitigations_already_exist',
      ])
      .optional(),
    impact_statement: z.string().optional(),
    action_statement: z.string().optional(),
  })
  .refine((it) => it.status !== 'affected' || it.action_statement !== undefined, 'what to do about it')
  .refine(
    (it) => it.status !== 'not_affected' || (it.justification === undefined) !== (it.impact_statement === undefined),
    'why it is not affected',
  );

/**
 * What https://github.com/openvex/spec (0.2.0, and its JSON schema, which no package carries) says of the fields that we write;
 * another field is refused.
 */
export const OpenVexDocument = z.strictObject({
  '@context': z.literal('https://openvex.dev/ns/v0.2.0'),
  '@id': iri,
  author: z.string().min(1),
  role: z.string().optional(),
  timestamp: time,
  version: z.int().min(1),
  tooling: z.string().optional(),
  statements: unique(Statement).min(1),
});
