import type { Severity } from '@tidewaiter/contracts';

/** What the order of work depends on. docs/risk.md says the same in words. */
export interface RiskFactors {
  readonly severity: Severity;
  /** CVSS base score behind the severity. */
  readonly score?: number | undefined;
  /** Probability that it is attacked within 30 days; undefined: nobody has said, which is not 0. */
  readonly epss?: number | undefined;
  readonly isKnownExploited: boolean;
  readonly isMalicious: boolean;
  /** False where none of its code is there: the headers of a kernel. */
  readonly canBeAttacked: boolean;
  readonly hasFix: boolean;
  /** False when it could not be decided whether the package is affected. */
  readonly isCertain: boolean;
}

/** From here on an attack is likely: a tenth of what is scored so is attacked within a month. */
export const likelyAttacked = 0.1;

/**
 * 0 to 100, one decimal: what to look at first. Bands, so that a reader can say why one finding is above another: malicious
 * 100; known exploited 80 to 99; likely attacked 60 to 79; everything else below 60. No factor that is worse makes it less.
 */
export function riskOf(factors: RiskFactors): number {
  const risk = certainRisk(factors);
  return Math.round((factors.isCertain ? risk : risk / 2) * 10) / 10;
}

function certainRisk(factors: RiskFactors): number {
  const { severity, score, epss, isKnownExploited, isMalicious, canBeAttacked, hasFix } = factors;
  if (isMalicious) return 100;
  if (!canBeAttacked) return 5 * impactOf.negligible;
  const impact = score ?? impactOf[severity];
  if (isKnownExploited) return 80 + 1.5 * impact + (hasFix ? 4 : 0);
  if (epss !== undefined && epss >= likelyAttacked) {
    return 60 + (10 * (epss - likelyAttacked)) / (1 - likelyAttacked) + 0.7 * impact + (hasFix ? 2 : 0);
  }
  return 5 * impact + (5 * (epss ?? 0)) / likelyAttacked + (hasFix ? 4 : 0);
}

/** Where a word and no vector was stated: the middle of its scores. A severity nobody stated may be any. */
const impactOf: Readonly<Record<Severity, number>> = {
  critical: 9.5,
  high: 8,
  medium: 5.5,
  low: 2.5,
  negligible: 0.5,
  unknown: 5,
};
