import type { AdvisoryStore } from '@tidewaiter/advisory-store';
import type { Finding, ScanReport } from '@tidewaiter/contracts';
import { riskOf } from '@tidewaiter/severity';

/** Each finding with what the store knows of attacks, and its risk. */
export function withThreats(report: ScanReport, store: Pick<AdvisoryStore, 'threatOf'>): ScanReport {
  return { ...report, findings: report.findings.map((finding) => withThreat(finding, store)) };
}

function withThreat(finding: Finding, store: Pick<AdvisoryStore, 'threatOf'>): Finding {
  const { vulnerability, severity, score, fixedIn, verdict, malicious, headersOnly } = finding;
  const { epss, exploitedSince } = store.threatOf([vulnerability.id, ...vulnerability.aliases]);
  const risk = riskOf({
    severity,
    score,
    epss,
    isKnownExploited: exploitedSince !== undefined,
    isMalicious: malicious === true,
    canBeAttacked: headersOnly !== true,
    hasFix: fixedIn !== undefined,
    isCertain: verdict === 'affected',
  });
  return {
    ...finding,
    risk,
    ...(epss !== undefined && { epss }),
    ...(exploitedSince !== undefined && { exploitedSince }),
  };
}
