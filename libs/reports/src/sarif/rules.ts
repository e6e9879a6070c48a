import { severities, type Finding, type Severity } from '@tidewaiter/contracts';
import { advisoryLink } from '../advisory-link';
import { evidenceText, remedyText } from '../finding-text';

export type Level = 'error' | 'warning' | 'note';

/** Loud enough to stop for, where a severity is not known. */
export const levels: Readonly<Record<Severity, Level>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  negligible: 'note',
  unknown: 'warning',
};

/**
 * For severities that no score stands behind: a number inside the band that code scanning gives the word
 * (critical above 9.0, high from 7.0, medium from 4.0, low above 0).
 */
const typicalScores: Readonly<Record<Severity, number | undefined>> = {
  critical: 9.5,
  high: 8,
  medium: 5.5,
  low: 2,
  negligible: 0.1,
  unknown: undefined,
};

export interface Rule {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** A vulnerability is a rule; a package that has it is a result. */
export function rulesOf(findings: readonly Finding[]): readonly Rule[] {
  const groups = Map.groupBy(findings, (finding) => finding.vulnerability.id);
  return [...groups].map(([id, group]) => ruleOf(id, group));
}

function ruleOf(id: string, group: readonly Finding[]): Rule {
  const severity = severities.find((word) => group.some((finding) => finding.severity === word)) ?? 'unknown';
  const score = scoreOf(severity, group);
  const summary = group.find((finding) => finding.summary !== undefined)?.summary;
  const aliases = [...new Set(group.flatMap(({ vulnerability }) => vulnerability.aliases))];
  const title = summary === undefined ? id : `${id}: ${summary}`;
  const help = helpOf(id, { aliases, group, severity, summary });
  return {
    id,
    name: 'VulnerablePackage',
    shortDescription: { text: title },
    fullDescription: { text: title },
    helpUri: advisoryLink(id),
    help: { text: help.join('\n'), markdown: help.map((line) => escapedMarkdown(line)).join('\n\n') },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      precision: 'very-high',
      ...(score === undefined ? {} : { 'security-severity': score.toFixed(1) }),
      tags: ['vulnerability', 'security', severity],
    },
  };
}

/** The highest score of the findings; a score that contradicts the severity (a vendor's word) gives way to it. */
function scoreOf(severity: Severity, group: readonly Finding[]): number | undefined {
  const scores = group.flatMap((finding) =>
    finding.severity === severity && finding.score !== undefined ? [finding.score] : [],
  );
  return scores.length > 0 ? Math.max(...scores) : typicalScores[severity];
}

interface HelpParts {
  readonly aliases: readonly string[];
  readonly group: readonly Finding[];
  readonly severity: Severity;
  readonly summary: string | undefined;
}

function helpOf(id: string, { aliases, group, severity, summary }: HelpParts): string[] {
  return [
    ...(summary === undefined ? [] : [summary]),
    `Vulnerability ${id}${aliases.length === 0 ? '' : ` (also ${aliases.join(', ')})`}, severity ${severity}.`,
    ...new Set(group.map(remedyText)),
    ...new Set(
      group.flatMap((finding) => (evidenceText(finding) === undefined ? [] : [`Judged: ${evidenceText(finding)}.`])),
    ),
    `See ${advisoryLink(id)}`,
  ];
}

/** Feed texts are words, not markup. CommonMark, "Backslash escapes". */
function escapedMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!~]/g, '\\$&');
}
