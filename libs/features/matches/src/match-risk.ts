import type { Finding } from '@tidewaiter/contracts';
import { riskOf } from '@tidewaiter/severity';

/** What is known of a vulnerability beside its records. */
export interface Threat {
  readonly epss: number | undefined;
  readonly isKnownExploited: boolean;
}

/** How a match stores what is known of attacks: no score comes behind every score. */
export interface ThreatColumns {
  readonly epss: number;
  readonly exploited: boolean;
}

/** What it is sorted by. */
export interface RankColumns extends ThreatColumns {
  readonly risk: number;
}

/** What a match is judged to be, in the words of its columns. */
export type RankedVerdict = Pick<Finding, 'severity' | 'score' | 'fixedIn' | 'verdict' | 'malicious' | 'headersOnly'>;

export const noEpss = -1;

export function rankColumns(verdict: RankedVerdict, { epss, isKnownExploited }: Threat): RankColumns {
  const risk = riskOf({
    severity: verdict.severity,
    score: verdict.score,
    epss,
    isKnownExploited,
    isMalicious: verdict.malicious === true,
    canBeAttacked: verdict.headersOnly !== true,
    hasFix: verdict.fixedIn !== undefined,
    isCertain: verdict.verdict === 'affected',
  });
  return { epss: epss ?? noEpss, exploited: isKnownExploited, risk };
}
