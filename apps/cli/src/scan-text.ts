import { severities, type Finding, type FixState, type ScanReport, type Severity } from '@tidewaiter/contracts';
import { textOrder } from '@tidewaiter/kit';
import { problemLine } from './output';
import { printable } from './printable';
import { imageLabel } from './reading';
import { supportLines } from './release-support';
import { suppressedLines } from './suppressed-text';
import { renderColumns } from './table';
import { assessabilityWords, counted } from './words';

export interface TextOptions {
  readonly columns: number | undefined;
  readonly colour: boolean;
}

const headings = ['SEVERITY', 'VULNERABILITY', 'PACKAGE', 'VERSION', 'FIXED IN', 'LAYER'];
const undeterminedHeadings = ['SEVERITY', 'VULNERABILITY', 'PACKAGE', 'VERSION', 'WHY IT IS NOT KNOWN'];
const shownProblems = 20;

/** A report for eyes: what is affected, what could not be judged, what could not be read, and one line that sums up. */
export function scanText(report: ScanReport, options: TextOptions): string {
  const sorted = [...report.findings].sort(worstFirst);
  const affected = sorted.filter(({ verdict }) => verdict === 'affected');
  const undetermined = sorted.filter(({ verdict }) => verdict === 'undetermined');
  return [
    ...section(affected.map(affectedRow(report)), headings, options),
    ...section(undetermined.map(undeterminedRow), undeterminedHeadings, options),
    ...suppressedLines(report, options.columns),
    ...problemLines(report),
    ...supportLines(report).map(printable),
    printable(summaryLine(report, affected, undetermined)),
    '',
  ].join('\n');
}

function section(
  rows: readonly (readonly string[])[],
  columnHeadings: readonly string[],
  { columns, colour }: TextOptions,
): string[] {
  if (rows.length === 0) return [];
  const paint = (cell: string, column: number, row: readonly string[]): string =>
    colour && column === 0 ? painted(cell, row[0]) : cell;
  return [...renderColumns(columnHeadings, rows, columns, paint), ''];
}

function affectedRow(report: ScanReport): (finding: Finding) => readonly string[] {
  const layers = layersByPurl(report);
  return ({ severity, vulnerability, package: { name, version, purl }, malicious, ...fix }) => [
    malicious === true ? 'malicious' : severity,
    vulnerability.id,
    name,
    version,
    fixText(fix),
    layers.get(purl) ?? '-',
  ];
}

const unfixed: Readonly<Partial<Record<FixState, string>>> = {
  'wont-fix': "won't fix",
  deferred: 'fix deferred',
  'end-of-life': 'end of life',
};

function fixText({
  fixedIn,
  fixState = 'not-fixed',
  fixChannel,
}: Pick<Finding, 'fixedIn' | 'fixState' | 'fixChannel'>): string {
  if (fixedIn === undefined) return unfixed[fixState] ?? '-';
  return fixChannel === undefined ? fixedIn : `${fixedIn} (${fixChannel})`;
}

function undeterminedRow({ severity, vulnerability, package: { name, version }, reason }: Finding): readonly string[] {
  return [severity, vulnerability.id, name, version, reason ?? ''];
}

const layerChars = 48;

/** The layer that brought a package and what made that layer; several when the package is there more than once. */
function layersByPurl({ packages }: ScanReport): ReadonlyMap<string, string> {
  const layers = new Map<string, string>();
  for (const { purl, layer } of packages) {
    if (layer === undefined) continue;
    const instruction = (layer.createdBy ?? '').replace(/\s+/g, ' ').trim().slice(0, layerChars);
    const text = `${layer.index} ${instruction}`.trim();
    const before = layers.get(purl);
    if (before === undefined) layers.set(purl, text);
    else if (before !== text && !before.endsWith(' and others')) layers.set(purl, `${before} and others`);
  }
  return layers;
}

function problemLines({ problems }: ScanReport): string[] {
  if (problems.length === 0) return [];
  const more = problems.length - shownProblems;
  return [
    'Not read, so not known:',
    ...problems.slice(0, shownProblems).map((problem) => `  ${problemLine(problem)}`),
    ...(more > 0 ? [`  and ${more} more, see --format json`] : []),
    '',
  ];
}

function summaryLine(report: ScanReport, affected: readonly Finding[], undetermined: readonly Finding[]): string {
  const bySeverity = severities
    .map((severity) => ({ severity, count: affected.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`);
  const fixable = affected.filter(({ fixedIn }) => fixedIn !== undefined).length;
  const exploited = affected.filter(({ exploitedSince }) => typeof exploitedSince === 'string');
  const parts = [
    counted(report.packages.length, 'package'),
    affected.length === 0
      ? 'no findings'
      : `${counted(affected.length, 'finding')} (${bySeverity.join(', ')}), ${fixable} with a fix`,
    ...(exploited.length === 0 ? [] : [`${exploited.length} known to be exploited`]),
    ...(report.suppressed === undefined ? [] : [`${report.suppressed.length} suppressed`]),
    ...(undetermined.length === 0 ? [] : [`${undetermined.length} undetermined`]),
    ...assessabilityWords(report.assessability),
  ];
  const partial = report.complete ? '' : '; PARTIAL, something could not be read';
  return `${imageLabel(report.target, report.image)}: ${parts.join(', ')}${partial}`;
}

function worstFirst(a: Finding, b: Finding): number {
  return (
    Number(b.malicious ?? false) - Number(a.malicious ?? false) ||
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    textOrder(a.package.name, b.package.name) ||
    textOrder(a.package.version, b.package.version) ||
    textOrder(a.vulnerability.id, b.vulnerability.id)
  );
}

/** ECMA-48 colours; unknown is as loud as high, because it may be. */
const colours: Readonly<Record<Severity, string>> = {
  critical: '1;31',
  high: '31',
  medium: '33',
  low: '36',
  negligible: '2',
  unknown: '35',
};

function painted(cell: string, word: string | undefined): string {
  const severity = word === 'malicious' ? 'critical' : severities.find((known) => known === word);
  return severity === undefined ? cell : `\u001b[${colours[severity]}m${cell}\u001b[0m`;
}
