import { z } from 'zod';

/** Where advisories are looked up: one affected-package row. `name` is normalised the way its ecosystem does. */
export interface AdvisoryKey {
  readonly ecosystem: string;
  readonly name: string;
}

/**
 * One boundary of a range, OSV schema "affected[].ranges[].events[]". Exactly one key is set.
 * `introduced: "0"` means before every version.
 */
export const RangeEvent = z.union([
  z.object({ introduced: z.string() }).strict(),
  z.object({ fixed: z.string() }).strict(),
  z.object({ lastAffected: z.string() }).strict(),
  z.object({ limit: z.string() }).strict(),
]);
export type RangeEvent = z.infer<typeof RangeEvent>;

export const AffectedRange = z.object({ type: z.enum(['SEMVER', 'ECOSYSTEM']), events: z.array(RangeEvent) });
export type AffectedRange = z.infer<typeof AffectedRange>;

export const SeverityVector = z.object({
  /** Who scored it: the feed id, or a vendor name. */
  source: z.string(),
  /** CVSS vector with prefix (v2 has none), or a vendor's word. */
  kind: z.enum(['CVSS_V2', 'CVSS_V3', 'CVSS_V4', 'word']),
  value: z.string(),
});
export type SeverityVector = z.infer<typeof SeverityVector>;

/**
 * What a vendor says of its package beyond which versions are affected. It speaks of the versions that the ranges and the
 * list hold; for all others the ranges are the whole word.
 */
export const VendorStatus = z.enum([
  'not-affected',
  'wont-fix',
  'deferred',
  /** The release is out of support: affected, and nobody looks. */
  'end-of-life',
  'under-investigation',
]);
export type VendorStatus = z.infer<typeof VendorStatus>;

export const AffectedPackage = z.object({
  /** OSV ecosystem with its release, as the record says it. */
  ecosystem: z.string(),
  /** Normalised name, equal to the `name` of the lookup keys. */
  name: z.string(),
  ranges: z.array(AffectedRange),
  /** Versions listed one by one; exact string equality. */
  versions: z.array(z.string()),
  severities: z.array(SeverityVector),
  status: VendorStatus.optional(),
  /** Architecture words of any spelling (`x86_64`, `amd64`); absent or empty means all. */
  architectures: z.array(z.string()).optional(),
  /** Rpm module stream, `nodejs:18`; empty for builds outside of every module; absent where the record does not say. */
  module: z.string().optional(),
});
export type AffectedPackage = z.infer<typeof AffectedPackage>;

/** One record of one feed, in the one form every feed is turned into. */
export const Advisory = z.object({
  feed: z.string(),
  id: z.string(),
  modified: z.string(),
  published: z.string().optional(),
  /** Set when the publisher took it back; a withdrawn record affects nothing. */
  withdrawn: z.string().optional(),
  summary: z.string().optional(),
  /** Same vulnerability, symmetric and transitive. */
  aliases: z.array(z.string()),
  /** What it is derived from (a DSA's CVEs); transitive, not symmetric. */
  upstream: z.array(z.string()),
  severities: z.array(SeverityVector),
  affected: z.array(AffectedPackage),
  references: z.array(z.string()),
});
export type Advisory = z.infer<typeof Advisory>;

/** What a verdict and its explanation need of a record; what else its publisher says of it is read at the publisher's. */
export type AdvisoryHead = Omit<Advisory, 'affected' | 'references'>;

/** One advisory seen from one package: the row a lookup returns. */
export interface AdvisoryMatchInput {
  readonly advisory: AdvisoryHead;
  readonly affected: AffectedPackage;
  /**
   * The vulnerabilities the record is about, alias groups already resolved over everything the index holds: one for a
   * plain record, several for a bundle (an errata that names many CVEs) or a withdrawn record that names others. Never empty.
   */
  readonly vulnerabilities: readonly VulnerabilityRef[];
  /** The feed is the vendor of this very package: its plain word counts more than anybody else's. */
  readonly isVendors?: boolean;
}

/** The canonical id of an alias group and the other ids in it, sorted. */
export interface VulnerabilityRef {
  readonly id: string;
  readonly aliases: readonly string[];
  /** Scores by those who speak of no package: the CNA, CISA, NVD, in this order. */
  readonly scores?: readonly SeverityVector[];
}

/** Where judging finds its advisories: Postgres on the server, one SQLite file in the CLI. */
export interface AdvisoryIndex {
  lookup(keys: readonly AdvisoryKey[]): Promise<readonly AdvisoryMatchInput[]>;
  /** Those of the ecosystems it has records for. About packages of any other it knows nothing, which is not "clean". */
  covers(ecosystems: readonly string[]): Promise<ReadonlySet<string>>;
}
