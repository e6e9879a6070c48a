import { z } from 'zod';

/** What somebody says of a vulnerability in a product, in OpenVEX's words. */
export const VexStatus = z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']);
export type VexStatus = z.infer<typeof VexStatus>;

/** A product as a statement names it. What a purl leaves out (version, qualifiers) may be anything. */
export interface VexProduct {
  /** An image (`pkg:oci/...`) or a package. */
  readonly purl?: string;
  /** Digest of an image, `sha256:...`. */
  readonly digest?: string;
  /** purls of the packages in the product that are meant; empty: all of it. */
  readonly subcomponents: readonly string[];
}

/** One statement of one document, in the one form every VEX format is turned into. */
export interface VexStatement {
  /** Id of the document. */
  readonly document: string;
  readonly author: string;
  /** When it was said, RFC 3339; a later statement about the same takes the place of an earlier one. */
  readonly timestamp: string;
  /** Ids of the vulnerability, any of them. */
  readonly vulnerabilities: readonly string[];
  readonly status: VexStatus;
  /** Why it is not affected, in the words of the format (`vulnerable_code_not_present`). */
  readonly justification?: string;
  /** The author's own words. */
  readonly statement?: string;
  readonly products: readonly VexProduct[];
  /**
   * What its document describes, where that has a name and no purl: the products are meant in that thing alone, and which image it is
   * only those know who hand the document over.
   */
  readonly describes?: string;
}

/** Who says that a finding need not be acted on, and why. */
export const Suppression = z.object({
  status: z.enum(['not_affected', 'fixed']),
  /** File, address or repository the statement came from. */
  source: z.string(),
  document: z.string(),
  author: z.string(),
  justification: z.string().optional(),
  statement: z.string().optional(),
  timestamp: z.string(),
});
export type Suppression = z.infer<typeof Suppression>;
