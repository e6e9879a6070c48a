import type { ScanReport, SuppressedFinding } from '@tidewaiter/contracts';
import { renderColumns } from './table';

const headings = ['SEVERITY', 'VULNERABILITY', 'PACKAGE', 'VERSION', 'STATUS', 'WHY', 'SAID BY'];

/** What is not counted because somebody vouches for it: who, and why. */
export function suppressedLines({ suppressed = [] }: ScanReport, columns: number | undefined): string[] {
  if (suppressed.length === 0) return [];
  return ['Suppressed by VEX:', '', ...renderColumns(headings, suppressed.map(row), columns), ''];
}

function row({ severity, vulnerability, package: { name, version }, suppression }: SuppressedFinding): string[] {
  const { status, justification, statement, author, source } = suppression;
  const why = (justification ?? statement ?? '').replaceAll('_', ' ');
  return [severity, vulnerability.id, name, version, status.replaceAll('_', ' '), why, `${author} (${source})`];
}
