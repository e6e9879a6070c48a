import { Advisory } from '@tidewaiter/contracts';
import { advisoryFromOsv } from './record';

const modified = '2025-01-01T00:00:00Z';

function parsed(document: object): Advisory {
  const result = advisoryFromOsv('osv', { id: 'GHSA-xxxx-yyyy-zzzz', modified, ...document });
  if (!result.ok) throw new Error(result.error.message);
  // The hand-written reader must keep to the contract.
  return Advisory.parse(result.value);
}

function refused(document: unknown): string {
  const result = advisoryFromOsv('osv', document);
  return result.ok ? 'accepted' : result.error.message;
}

function affecting(affected: object): Advisory['affected'][number] | undefined {
  return parsed({ affected: [{ package: { ecosystem: 'npm', name: 'x' }, ...affected }] }).affected[0];
}

const fromZero = { type: 'SEMVER', events: [{ introduced: '0' }] };
const fixedIn2 = { type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] };

describe('an OSV record', () => {
  it('keeps what a verdict, a severity or a reader needs', () => {
    expect(
      parsed({
        published: '2024-01-01T00:00:00Z',
        withdrawn: '2024-02-01T00:00:00Z',
        aliases: ['CVE-2024-1'],
        upstream: ['CVE-2024-2'],
        summary: 'Bad things',
        severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' }],
        database_specific: { severity: 'HIGH' },
        references: [
          { type: 'WEB', url: 'https://example.org/a' },
          { type: 'WEB', url: 'javascript:alert(1)' },
        ],
        affected: [
          { package: { ecosystem: 'PyPI', name: 'Zope.Interface' }, ranges: [{ ...fixedIn2, type: 'ECOSYSTEM' }] },
        ],
      }),
    ).toEqual({
      feed: 'osv',
      id: 'GHSA-xxxx-yyyy-zzzz',
      modified,
      published: '2024-01-01T00:00:00Z',
      withdrawn: '2024-02-01T00:00:00Z',
      summary: 'Bad things',
      aliases: ['CVE-2024-1'],
      upstream: ['CVE-2024-2'],
      severities: [
        { source: 'GitHub', kind: 'CVSS_V3', value: 'CVSS:3.1/AV:N' },
        { source: 'GitHub', kind: 'word', value: 'HIGH' },
      ],
      affected: [
        {
          ecosystem: 'PyPI',
          name: 'zope-interface',
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
          versions: [],
          severities: [],
        },
      ],
      references: ['https://example.org/a'],
    });
  });

  it('has Debian urgencies as words, but not "not yet assigned"', () => {
    const urgency = (word: string) =>
      parsed({
        affected: [
          { package: { ecosystem: 'Debian:12', name: 'x' }, ecosystem_specific: { urgency: word }, ranges: [] },
        ],
      }).affected[0]?.severities;
    expect(urgency('unimportant')).toEqual([{ source: 'Debian', kind: 'word', value: 'unimportant' }]);
    expect(urgency('not yet assigned')).toEqual([]);
  });

  it('has Debian\'s "end-of-life" as the state of the release, unless there was a fix, and not as a word', () => {
    const outOfSupport = (...events: readonly object[]) =>
      parsed({
        affected: [
          {
            package: { ecosystem: 'Debian:11', name: 'consul' },
            ecosystem_specific: { urgency: 'end-of-life' },
            ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, ...events] }],
          },
        ],
      }).affected[0];
    expect(outOfSupport()).toMatchObject({ status: 'end-of-life', severities: [] });
    expect(outOfSupport({ fixed: '1.8.7-9' })).not.toHaveProperty('status');
  });

  it('has scores that are no CVSS as words of whoever gave them', () => {
    expect(parsed({ severity: [{ type: 'Ubuntu', score: 'medium' }] }).severities).toEqual([
      { source: 'Ubuntu', kind: 'word', value: 'medium' },
    ]);
  });

  it('splits events that carry a pair, as old records do', () => {
    expect(
      affecting({ ranges: [{ type: 'SEMVER', events: [{ introduced: '1.0.0', last_affected: '1.5.0' }] }] })?.ranges,
    ).toEqual([{ type: 'SEMVER', events: [{ introduced: '1.0.0' }, { lastAffected: '1.5.0' }] }]);
  });

  it('drops listed versions only where a range covers every version', () => {
    expect(affecting({ ranges: [fromZero], versions: ['1.0.0'] })?.versions).toEqual([]);
    expect(affecting({ ranges: [fixedIn2], versions: ['3.0.0'] })?.versions).toEqual(['3.0.0']);
    expect(affecting({ ranges: [fixedIn2, fromZero], versions: ['3.0.0'] })?.versions).toEqual([]);
    expect(affecting({ versions: ['1.0.0'] })?.versions).toEqual(['1.0.0']);
    const fromOne = { type: 'SEMVER', events: [{ introduced: '1.0.0' }] };
    expect(affecting({ ranges: [fromOne], versions: ['0.9.0'] })?.versions).toEqual(['0.9.0']);
  });

  it('has no row for commits, with or without a package, and keeps versions listed beside them', () => {
    const git = { type: 'GIT', repo: 'https://example.org/r', events: [{ introduced: '0' }] };
    expect(
      parsed({ affected: [{ ranges: [git] }, { package: {}, ranges: [git], versions: ['v1'] }] }).affected,
    ).toEqual([]);
    expect(affecting({ ranges: [git] })).toBeUndefined();
    expect(affecting({ ranges: [git], versions: ['1.0.0'] })).toMatchObject({ ranges: [], versions: ['1.0.0'] });
  });

  it.each([
    ['Packagist:https://packages.drupal.org/8', 'drupal/Commerce_X', 'Packagist', 'drupal/commerce_x'],
    ['Maven:https://maven.google.com', 'androidx.core:core', 'Maven', 'androidx.core:core'],
    ['Debian:12', 'openssl', 'Debian:12', 'openssl'],
    ['Red Hat:enterprise_linux:9::appstream', 'openssl', 'Red Hat:enterprise_linux:9::appstream', 'openssl'],
    ['SUSE:Linux Enterprise Server 15 SP6', 'openssl', 'SUSE:Linux Enterprise Server 15 SP6', 'openssl'],
  ])('speaks of a package wherever it was taken from: %s %s is %s %s', (stated, named, ecosystem, name) => {
    const affected = [{ package: { ecosystem: stated, name: named }, versions: ['1.0.0'] }];
    expect(parsed({ affected }).affected).toMatchObject([{ ecosystem, name }]);
  });

  it('keeps a package about which it says no version, for the judge to call it undetermined', () => {
    expect(affecting({})).toMatchObject({ name: 'x', ranges: [], versions: [] });
  });

  it('takes a bug fix of Enterprise Linux for no vulnerability, unless it names one', () => {
    const affected = [{ package: { ecosystem: 'AlmaLinux:8', name: 'koan' }, versions: ['1-1.el8'] }];
    expect(parsed({ id: 'ALBA-2019:0986', affected }).affected).toEqual([]);
    expect(parsed({ id: 'ALEA-2021:1', affected }).affected).toEqual([]);
    expect(parsed({ id: 'ALBA-2021:2', affected, related: ['CVE-2021-1000'] }).affected).toHaveLength(1);
    expect(parsed({ id: 'ALSA-2021:3', affected }).affected).toHaveLength(1);
  });

  it('takes the CVEs an errata is related to for its upstream, and nobody else’s', () => {
    const related = ['CVE-2025-1000', 'RHSA-2025:1', 'CVE-2025-2000'];
    expect(parsed({ id: 'DSA-5865-1', related }).upstream).toEqual(['CVE-2025-1000', 'CVE-2025-2000']);
    expect(parsed({ id: 'RHSA-2025:0051', related }).upstream).toEqual(['CVE-2025-1000', 'CVE-2025-2000']);
    expect(parsed({ id: 'DSA-5865-1', related, upstream: ['CVE-2025-3000'] }).upstream).toEqual(['CVE-2025-3000']);
    expect(parsed({ id: 'CVE-2025-1', related }).upstream).toEqual([]);
    expect(parsed({ id: 'GHSA-aaaa-bbbb-cccc', related }).upstream).toEqual([]);
  });

  it('shows the first line of the details when there is no summary, and no more than fits', () => {
    expect(parsed({ details: '# Title\n\nMore' }).summary).toBe('Title');
    expect(parsed({ summary: '  ', details: 'x'.repeat(5000) }).summary).toHaveLength(300);
  });

  it.each<[string, unknown]>([
    ['is not an object', []],
    ['is not an object', null],
    ['has no usable id', { modified }],
    ['has no usable id', { id: 'x'.repeat(300), modified }],
    ['has no modified time', { id: 'X-1' }],
    ['has an unusable list of affected packages', { id: 'X-1', modified, affected: 'all' }],
    ['has a package without ecosystem or name', { id: 'X-1', modified, affected: [{ package: { name: 'x' } }] }],
    [
      'has a range of unknown type for x in npm',
      { id: 'X-1', modified, affected: [{ package: { ecosystem: 'npm', name: 'x' }, ranges: [{ type: 'CALVER' }] }] },
    ],
    [
      'has a range with unusable events for x in npm',
      {
        id: 'X-1',
        modified,
        affected: [
          { package: { ecosystem: 'npm', name: 'x' }, ranges: [{ type: 'SEMVER', events: [{ introduced: 1 }] }] },
        ],
      },
    ],
    [
      'has listed versions that are not text for x in npm',
      { id: 'X-1', modified, affected: [{ package: { ecosystem: 'npm', name: 'x' }, versions: [1] }] },
    ],
    ['has aliases that are not a list of ids', { id: 'X-1', modified, aliases: 'CVE-1' }],
  ])('that %s is refused, by name', (message, document) => {
    expect(refused(document)).toBe(message);
  });
});
