import { severities, type Finding, type Severity } from '@tidewaiter/contracts';
import { err, ok, type Result } from '@tidewaiter/kit';

/** One `--fail-on`: all of its parts must hold for a finding. */
export interface Condition {
  readonly text: string;
  holds(finding: Finding): boolean;
}

type Test = (finding: Finding) => boolean;

/** `critical`, `high,fixable`: words joined by commas. The answer's error says what is wrong with it. */
export function parseCondition(text: string): Result<Condition, string> {
  const words = text
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');
  const tests: Test[] = [];
  for (const word of words) {
    const test = testOf(word);
    if (test === undefined) {
      return err(
        `"${word}" is no condition; there are ${[...severities, 'any', 'fixable', 'affected', 'exploited'].join(', ')}`,
      );
    }
    tests.push(test);
  }
  if (tests.length === 0) return err('the condition is empty');
  if (
    words.includes('unknown') &&
    words.some((word) => word !== 'unknown' && severities.some((known) => known === word))
  )
    return err(
      `"${words.join(',')}" never holds: no severity is known and one is; give them as conditions of their own`,
    );
  return ok({ text: words.join(','), holds: (finding) => tests.every((test) => test(finding)) });
}

/** The findings a gate stops for: any condition is enough. */
export function gated(findings: readonly Finding[], conditions: readonly Condition[]): readonly Finding[] {
  return findings.filter((finding) => conditions.some((condition) => condition.holds(finding)));
}

function testOf(word: string): Test | undefined {
  if (word === 'any') return () => true;
  if (word === 'exploited') return (finding) => typeof finding.exploitedSince === 'string';
  if (word === 'fixable') return (finding) => finding.fixedIn !== undefined;
  if (word === 'affected') return (finding) => finding.verdict === 'affected';
  // "Unknown" is not the least severity but none at all: it is asked for by name.
  if (word === 'unknown') return (finding) => finding.severity === 'unknown';
  const severity = severities.find((known) => known === word);
  return severity === undefined ? undefined : (finding) => isAtLeast(finding.severity, severity);
}

function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severity !== 'unknown' && severities.indexOf(severity) <= severities.indexOf(threshold);
}
