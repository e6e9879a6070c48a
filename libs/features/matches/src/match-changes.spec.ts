import type { Finding } from '@tidewaiter/contracts';
import { concernsImages, matchChanges, type OpenMatch } from './match-changes';

const evidence = {
  version: '1.0.0',
  of: 'package',
  name: 'a',
  ecosystem: 'npm',
  scheme: 'npm',
  range: '< 2.0.0',
} as const;

function finding(change: Partial<Finding> = {}): Finding {
  return {
    vulnerability: { id: 'CVE-1', aliases: [] },
    package: { purl: 'pkg:npm/a@1.0.0', ecosystem: 'npm', name: 'a', version: '1.0.0' },
    verdict: 'affected',
    severity: 'high',
    severitySource: 'osv',
    score: 7.5,
    fixedIn: '2.0.0',
    fixState: 'fixed',
    advisory: { feed: 'osv', id: 'GHSA-1' },
    also: [{ feed: 'osv', id: 'GHSA-2' }],
    evidence,
    ...change,
  };
}

const match: OpenMatch = {
  id: 1n,
  packageId: 1,
  vulnerability: 'CVE-1',
  vulnerabilityId: 1,
  state: 'affected',
  reason: null,
  severity: 'high',
  severitySource: 'osv',
  score: 7.5,
  fixedIn: '2.0.0',
  fixState: 'fixed',
  fixChannel: null,
  malicious: false,
  epss: -1,
  exploited: false,
  advisory: 'osv/GHSA-1',
  also: [{ id: 'GHSA-2', feed: 'osv' }],
  evidence: { ...evidence },
};

function kinds(open: readonly OpenMatch[], ...findings: readonly Finding[]): readonly string[] {
  return matchChanges(
    open,
    findings.map((each) => ({ packageId: 1, finding: each })),
  ).map((change) => change.kind);
}

describe('matchChanges', () => {
  it('is nothing when nothing changed, whatever the order of keys in the stored JSON', () => {
    expect(kinds([match], finding())).toEqual([]);
  });

  it('does not take the rounding of a four-byte float for a change', () => {
    expect(kinds([{ ...match, score: 9.800000190734863 }], finding({ score: 9.8 }))).toEqual([]);
    expect(kinds([match], finding({ score: 7.6 }))).toEqual(['refreshed']);
  });

  it.each<[string, Partial<OpenMatch>, Partial<Finding>]>([
    ['verdict-changed', {}, { verdict: 'undetermined', reason: 'no release' }],
    ['severity-changed', {}, { severity: 'critical' }],
    ['fix-available', { fixedIn: null }, {}],
    ['refreshed', {}, { fixedIn: '3.0.0' }],
    ['refreshed', {}, { advisory: { feed: 'osv', id: 'GHSA-2' } }],
    ['refreshed', {}, { also: [] }],
    ['refreshed', {}, { evidence: { ...evidence, range: '< 3.0.0' } }],
  ])('is %s', (kind, before, after) => {
    expect(kinds([{ ...match, ...before }], finding(after))).toEqual([kind]);
  });

  it('closes what is no longer found and opens what is new, by package and vulnerability', () => {
    const other = finding({ vulnerability: { id: 'CVE-2', aliases: [] } });
    expect(kinds([match], other)).toEqual(['opened', 'closed']);
    expect(kinds([{ ...match, packageId: 2 }], finding())).toEqual(['opened', 'closed']);
    expect(kinds([match])).toEqual(['closed']);
  });
});

describe('concernsImages', () => {
  it.each<[boolean, Partial<OpenMatch>, Partial<Finding>]>([
    [true, {}, { severity: 'critical' }],
    [true, { fixedIn: null }, {}],
    [true, {}, { verdict: 'undetermined' }],
    [true, { malicious: true }, {}],
    [false, {}, { fixedIn: '3.0.0' }],
    [false, {}, { also: [] }],
  ])('is %s', (expected, before, after) => {
    const [change] = matchChanges([{ ...match, ...before }], [{ packageId: 1, finding: finding(after) }]);
    expect(change && concernsImages(change)).toBe(expected);
  });

  it('is true of a fix that was taken back', () => {
    const { fixedIn: _, ...withoutFix } = finding();
    const [change] = matchChanges([match], [{ packageId: 1, finding: withoutFix }]);
    expect(change?.kind).toBe('fix-withdrawn');
    expect(change && concernsImages(change)).toBe(true);
  });

  it('is true of what opens and closes', () => {
    expect(matchChanges([], [{ packageId: 1, finding: finding() }]).every(concernsImages)).toBe(true);
    expect(matchChanges([match], []).every(concernsImages)).toBe(true);
  });
});
