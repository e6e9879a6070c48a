/**
 * What is known beside advisories: how likely a vulnerability is attacked, and how long a product is looked after. It never
 * decides whether a package is affected, so a source of it that fails takes no verdict away.
 */
export type Enrichment = KnownExploited | EpssModel | EpssScore | ProductCycle;

/** A vulnerability that somebody has seen attacked. */
export interface KnownExploited {
  readonly kind: 'known-exploited';
  /** CVE id. */
  readonly vulnerability: string;
  readonly name: string;
  /** Dates are `YYYY-MM-DD`. */
  readonly addedOn: string;
  /** Until when agencies bound by the catalogue must have acted. */
  readonly dueOn?: string;
  /** Used for ransomware; false when that is not known. */
  readonly ransomware: boolean;
}

/** Which model made the scores that follow, and for which day. */
export interface EpssModel {
  readonly kind: 'epss-model';
  readonly modelVersion: string;
  /** `YYYY-MM-DD`. */
  readonly scoreDate: string;
}

/** How likely it is that a vulnerability is attacked within 30 days. A vulnerability without a score is not one with 0. */
export interface EpssScore {
  readonly kind: 'epss-score';
  /** CVE id. */
  readonly vulnerability: string;
  /** 0 to 1. */
  readonly probability: number;
  /** 0 to 1: the share of scored vulnerabilities that are no likelier. */
  readonly percentile: number;
}

/** One line of releases of a product, as long as it is looked after together: Debian 12, Node.js 22. */
export interface ProductCycle {
  readonly kind: 'product-cycle';
  /** `debian`, `nodejs`. */
  readonly product: string;
  /** `12`, `22.04`. */
  readonly cycle: string;
  readonly label: string;
  readonly isOver: boolean;
  /** First day without support, `YYYY-MM-DD`; absent while nobody has said. */
  readonly endsOn?: string;
  /** First day without paid or community-extended support. */
  readonly extendedEndsOn?: string;
  /** The newest release of the line. */
  readonly latest?: string;
  /** Other names of the product: purls without version, CPEs, repology names. */
  readonly identifiers: readonly { readonly type: string; readonly id: string }[];
}
