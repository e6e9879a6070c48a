import { z } from 'zod';
import { Finding, Verdict } from './finding';
import { Suppression } from './vex';

/** What a record counted for: it decided; it said the same; others were believed; or it says nothing of this package. */
export const RecordRole = z.enum(['decides', 'agrees', 'overruled', 'silent']);
export type RecordRole = z.infer<typeof RecordRole>;

/** One entry of one record as it was looked at. */
export const ExaminedRecord = z.object({
  feed: z.string(),
  id: z.string(),
  modified: z.string(),
  withdrawn: z.string().optional(),
  /** The name it was found under. */
  ecosystem: z.string(),
  name: z.string(),
  /** Ranges as the record states them, empty when it has none. */
  ranges: z.string(),
  /** How many versions it lists one by one. */
  listedVersions: z.number().int(),
  /** It is about several vulnerabilities at once. */
  isBundle: z.boolean(),
  /** Its feed is the vendor of the package. */
  isVendors: z.boolean(),
  verdict: Verdict,
  role: RecordRole,
});
export type ExaminedRecord = z.infer<typeof ExaminedRecord>;

/** Why a package has a vulnerability, or has not. */
export const Explanation = z.object({
  package: z.object({ purl: z.string(), ecosystem: z.string(), name: z.string(), version: z.string() }),
  vulnerability: z.string(),
  outcome: z.enum(['affected', 'undetermined', 'not-affected', 'no-record', 'not-judged']),
  /** In one sentence. */
  conclusion: z.string(),
  /** The names records were looked up by. */
  keys: z.array(z.object({ ecosystem: z.string(), name: z.string() })),
  records: z.array(ExaminedRecord),
  finding: Finding.optional(),
  /** Who is believed that says that the finding need not be acted on, so that it is not counted. */
  suppression: Suppression.optional(),
  /** The same from somebody who is not believed here: it changes nothing. */
  claim: Suppression.optional(),
});
export type Explanation = z.infer<typeof Explanation>;
