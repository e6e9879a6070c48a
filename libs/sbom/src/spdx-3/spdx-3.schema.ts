import { z } from 'zod';
import { membersOf } from '../members';

const text = z.string().optional().catch(undefined);

/** Types are written with or without their profile, and older documents have a colon: `software_Package`, `software:Package`. */
const type = z.string().transform((name) => name.replace(/^.*[/:_]/, ''));

/** What we read of an element: https://spdx.github.io/spdx-spec/v3.0.1/serializations/ */
export const Spdx3Element = z.object({
  type,
  spdxId: text,
  name: text,
  software_packageVersion: text,
  software_packageUrl: text,
  software_primaryPurpose: text,
  software_sourceInfo: text,
  summary: text,
  externalIdentifier: z
    .array(z.object({ externalIdentifierType: z.string(), identifier: z.string() }))
    .catch([])
    .default([]),
  /** Of a relationship. */
  relationshipType: text,
  from: text,
  to: z.array(z.string()).catch([]).default([]),
  /** Of a licence. */
  simplelicensing_licenseExpression: text,
  specVersion: text,
});
export type Spdx3Element = z.infer<typeof Spdx3Element>;

export const Spdx3Document = z.object({
  '@context': z.union([z.string(), z.array(z.unknown())]).transform((value) => JSON.stringify(value)),
  '@graph': z
    .unknown()
    .refine((value) => value !== undefined)
    .transform(membersOf),
});
export type Spdx3Document = z.infer<typeof Spdx3Document>;
