import { z } from 'zod';
import { members } from '../members';

/** Text that may be wrong in itself without making the component unreadable. */
const text = z.string().optional().catch(undefined);

const License = z.union([
  z.object({ expression: z.string() }).transform(({ expression }) => expression),
  z.object({ license: z.object({ id: z.string() }) }).transform(({ license }) => license.id),
  z.object({ license: z.object({ name: z.string() }) }).transform(({ license }) => license.name),
]);

const Properties = z
  .array(z.object({ name: z.string(), value: z.string() }))
  .catch([])
  .default([]);

/** What we read of a component, the same from 1.2 to 1.7: https://cyclonedx.org/docs/1.6/json/#components */
export const Component = z.object({
  'bom-ref': text,
  type: text,
  group: text,
  name: z.string(),
  version: text,
  description: text,
  purl: text,
  cpe: text,
  licenses: z.array(License).catch([]).default([]),
  properties: Properties,
  evidence: z
    .object({ occurrences: z.array(z.object({ location: z.string() })) })
    .optional()
    .catch(undefined),
  components: members,
});
export type Component = z.infer<typeof Component>;

export const CycloneDxDocument = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.object({ component: z.unknown().optional(), properties: Properties }).optional().catch(undefined),
  compositions: z
    .array(z.object({ aggregate: z.string(), assemblies: z.array(z.unknown()).optional() }))
    .catch([])
    .default([]),
  components: members,
  // All or nothing: without one of them a component could seem to be there for another one alone.
  dependencies: z
    .array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).default([]) }))
    .catch([])
    .default([]),
});
export type CycloneDxDocument = z.infer<typeof CycloneDxDocument>;
