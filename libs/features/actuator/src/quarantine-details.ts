import type { Severity } from '@tidewaiter/contracts';
import type { QuarantineDecision, QuarantineFacts } from './decide-quarantine';

const maxDescription = 1_024;

/** ACR's words; it has none for a severity that nobody stated, so that is told in the description. */
const acrSeverities = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  negligible: 'None',
} as const satisfies Partial<Record<Severity, string>>;

/** What ACR keeps with the mark: JSON of a fixed schema, nothing else may be in it. */
export function quarantineDetails(
  facts: QuarantineFacts,
  { reason }: Pick<QuarantineDecision, 'reason'>,
  { isReleased, link }: { readonly isReleased: boolean; readonly link: string },
): string {
  const affected = facts.images.flatMap(({ findings }) => findings).filter(({ state }) => state === 'affected');
  const countOf = (severity: Severity) => affected.filter((finding) => finding.severity === severity).length;
  const unknown = countOf('unknown');
  const summary = (['critical', 'high', 'medium', 'low', 'negligible'] as const).map((severity) => ({
    severity: acrSeverities[severity],
    count: countOf(severity),
  }));
  const description = `${reason}${unknown === 0 ? '' : `; ${String(unknown)} of unknown severity`}`;
  return JSON.stringify({
    scanner: 'tidewaiter',
    state: isReleased ? 'scan passed' : 'scan failed',
    link,
    result: { version: '1', summary, description: description.slice(0, maxDescription) },
  });
}
