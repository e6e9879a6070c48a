import { severities, type Severity } from '@tidewaiter/contracts';
import type { SeverityCounts } from '../notifications.schema';

/** Worst first, then the higher score. */
export function bySeverity(a: Rated, b: Rated): number {
  return severities.indexOf(a.severity) - severities.indexOf(b.severity) || (b.score ?? -1) - (a.score ?? -1);
}

interface Rated {
  readonly severity: Severity;
  readonly score?: number | undefined;
}

export function severityMark(severity: Severity): string {
  return `${marks[severity]} *${severity === 'unknown' ? 'severity unknown' : severity}*`;
}

/** `2 critical, 5 high`; empty when there are none. */
export function severityCounts(counts: SeverityCounts): readonly string[] {
  return severities
    .filter((severity) => counts[severity] > 0)
    .map(
      (severity) =>
        `${counts[severity].toLocaleString('en-US')} ${severity === 'unknown' ? 'of unknown severity' : severity}`,
    );
}

const marks: Readonly<Record<Severity, string>> = {
  critical: '🔴',
  high: '🟠',
  medium: '🟡',
  low: '🔵',
  negligible: '⚪',
  unknown: '❔',
};
