import type { Finding, Severity } from '@tidewaiter/contracts';
import { gated, parseCondition } from './gate';

function finding(severity: Severity, more: Partial<Finding> = {}): Finding {
  return {
    vulnerability: { id: 'CVE-2024-1000', aliases: [] },
    package: { purl: 'pkg:npm/x@1', ecosystem: 'npm', name: 'x', version: '1' },
    verdict: 'affected',
    severity,
    advisory: { feed: 'osv', id: 'A' },
    also: [],
    ...more,
  };
}

function stops(texts: readonly string[], candidate: Finding): boolean {
  const conditions = texts.map((text) => {
    const condition = parseCondition(text);
    if (!condition.ok) throw new Error(condition.error);
    return condition.value;
  });
  return gated([candidate], conditions).length > 0;
}

describe('a gate', () => {
  it('stops for its severity and worse', () => {
    expect(stops(['high'], finding('critical'))).toBe(true);
    expect(stops(['high'], finding('high'))).toBe(true);
    expect(stops(['high'], finding('medium'))).toBe(false);
    expect(stops([' High '], finding('high'))).toBe(true);
  });

  it('does not take an unknown severity for a low one, and stops for it when asked', () => {
    expect(stops(['negligible'], finding('unknown'))).toBe(false);
    expect(stops(['unknown'], finding('unknown'))).toBe(true);
    expect(stops(['any'], finding('unknown'))).toBe(true);
  });

  it('wants all words of a condition and any of several conditions', () => {
    const fixable = finding('critical', { fixedIn: '2' });
    expect(stops(['critical,fixable'], fixable)).toBe(true);
    expect(stops(['critical,fixable'], finding('critical'))).toBe(false);
    expect(stops(['critical,fixable', 'high'], finding('high'))).toBe(true);
  });

  it('counts what could not be judged unless told otherwise', () => {
    const undetermined = finding('high', { verdict: 'undetermined' });
    expect(stops(['high'], undetermined)).toBe(true);
    expect(stops(['high,affected'], undetermined)).toBe(false);
  });

  it('without a condition never stops', () => {
    expect(stops([], finding('critical'))).toBe(false);
  });

  it.each(['', ',', 'severe', 'high;low', 'low,unknown', 'fixable,unknown,high'])(
    'refuses the condition "%s"',
    (text) => {
      expect(parseCondition(text).ok).toBe(false);
    },
  );
});
