import type { Finding } from '@tidewaiter/contracts';
import { concernsImages, matchChanges, mayBeRenamed, withAges, type OpenMatch } from './match-changes';

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
  openedAt: new Date('2026-01-01'),
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

describe('withAges', () => {
  const of = (id: string, aliases: readonly string[] = []): Finding =>
    finding({ vulnerability: { id, aliases: [...aliases] } });
  const old = (vulnerability: string, openedAt: string, packageId = 1): OpenMatch => ({
    ...match,
    packageId,
    vulnerability,
    openedAt: new Date(openedAt),
  });
  const sinceOf = (
    open: readonly OpenMatch[],
    after: Finding,
    aliasesOf: Readonly<Record<string, readonly string[]>> = {},
  ) =>
    withAges(matchChanges(open, [{ packageId: 1, finding: after }]), new Map(Object.entries(aliasesOf)))
      .filter(({ kind }) => kind === 'opened')
      .map(({ since }) => since?.toISOString().slice(0, 10));

  it.each([
    {
      what: 'is given a CVE',
      open: [old('GHSA-1', '2025-05-05')],
      after: of('CVE-1', ['GHSA-1']),
      since: '2025-05-05',
    },
    {
      what: 'loses its CVE',
      open: [old('CVE-1', '2025-05-05')],
      after: of('GHSA-1'),
      aliasesOf: { 'CVE-1': ['GHSA-1'] },
      since: '2025-05-05',
    },
    {
      what: 'was two',
      open: [old('GHSA-1', '2025-05-05'), old('PYSEC-1', '2024-04-04')],
      after: of('CVE-1', ['GHSA-1', 'PYSEC-1']),
      since: '2024-04-04',
    },
    {
      what: 'is another one',
      open: [old('GHSA-2', '2025-05-05')],
      after: of('CVE-1', ['GHSA-1']),
      aliasesOf: { 'GHSA-2': ['CVE-2'] },
    },
    { what: 'was in another package', open: [old('GHSA-1', '2025-05-05', 2)], after: of('CVE-1', ['GHSA-1']) },
  ])('of what $what', ({ open, after, aliasesOf, since }) => {
    expect(sinceOf(open, after, aliasesOf)).toEqual([since]);
  });

  it('has nothing to ask where nothing is closed in a package in which something is opened', () => {
    expect(mayBeRenamed(matchChanges([], [{ packageId: 1, finding: finding() }]))).toEqual([]);
    expect(
      mayBeRenamed(matchChanges([old('GHSA-1', '2025-05-05', 2)], [{ packageId: 1, finding: finding() }])),
    ).toEqual([]);
    expect(
      mayBeRenamed(matchChanges([old('GHSA-1', '2025-05-05')], [{ packageId: 1, finding: finding() }])),
    ).toHaveLength(1);
  });
});
