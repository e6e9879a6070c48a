import type { AdvisoryMatchInput, SeverityVector } from '@tidewaiter/contracts';
import { findingsOf } from './findings';
import { debianPackage, input, npmPackage, range, semverRange } from './spec-inputs';

const below = [range('introduced 0', 'fixed 3.0.13-1')];
const above = [range('introduced 0', 'fixed 1.0-1')];
const broken = [range('introduced 0', 'fixed !')];
const openssl = debianPackage('openssl', '3.0.11-1');
const high: SeverityVector = { source: 'osv', kind: 'CVSS_V3', value: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' };
const low: SeverityVector = { source: 'debian', kind: 'word', value: 'unimportant' };

describe('findingsOf', () => {
  it('gives one finding per vulnerability, whatever the number of records', () => {
    const findings = findingsOf(npmPackage('lodash', '4.17.15'), [
      npmInput('GHSA-aaaa-bbbb-cccc', ['CVE-2020-8203'], 'fixed 4.17.19'),
      npmInput('SNYK-JS-LODASH-1', ['CVE-2020-8203'], 'fixed 4.17.20'),
      npmInput('GHSA-dddd-eeee-ffff', ['CVE-2021-23337'], 'fixed 4.17.21'),
    ]);
    expect(findings.map((finding) => [finding.vulnerability.id, finding.advisory.id, finding.fixedIn])).toEqual([
      ['CVE-2020-8203', 'GHSA-aaaa-bbbb-cccc', '4.17.20'],
      ['CVE-2021-23337', 'GHSA-dddd-eeee-ffff', '4.17.21'],
    ]);
    expect(findings[0]?.also).toEqual([{ feed: 'osv', id: 'SNYK-JS-LODASH-1' }]);
  });

  it('says the same whatever the order of the records', () => {
    const inputs = [
      npmInput('GHSA-b', ['CVE-2020-1000'], 'fixed 5.0.0'),
      npmInput('GHSA-a', ['CVE-2020-1000'], 'fixed 6.0.0'),
      npmInput('PYSEC-1', ['CVE-2020-1000'], 'fixed 4.17.19'),
    ];
    const pkg = npmPackage('lodash', '4.17.15');
    expect(findingsOf(pkg, [...inputs].reverse())).toEqual(findingsOf(pkg, inputs));
    expect(findingsOf(pkg, inputs)[0]).toMatchObject({ advisory: { id: 'GHSA-a' }, fixedIn: '6.0.0' });
  });

  it('lets affected beat undetermined, and undetermined beat not affected', () => {
    const of = (...ranges: (typeof below)[]): ReturnType<typeof findingsOf> =>
      findingsOf(
        openssl,
        ranges.map((each, at) => input({ id: `X-${at}`, ranges: each, vulnerabilities: ['CVE-2024-1000'] })),
      );
    expect(of(broken, below)).toMatchObject([{ verdict: 'affected', advisory: { id: 'X-1' } }]);
    expect(of(above, broken)).toMatchObject([{ verdict: 'undetermined', advisory: { id: 'X-1' } }]);
    expect(of(above, above)).toEqual([]);
  });

  it('explodes a bundle into its vulnerabilities', () => {
    const findings = findingsOf(openssl, [
      input({ id: 'DSA-1-1', ranges: below, vulnerabilities: ['CVE-2024-2000', 'CVE-2024-1000'] }),
    ]);
    expect(findings.map((finding) => finding.vulnerability.id)).toEqual(['CVE-2024-1000', 'CVE-2024-2000']);
    expect(findings.map((finding) => finding.advisory.id)).toEqual(['DSA-1-1', 'DSA-1-1']);
  });

  it('believes the plain record where a bundle of the same feed says otherwise', () => {
    const bundle = input({ id: 'DSA-1-1', ranges: below, vulnerabilities: ['CVE-2024-1000', 'CVE-2024-2000'] });
    const never = input({ id: 'CVE-2024-1000', ranges: [range('introduced 0', 'fixed 0')] });
    const findings = findingsOf(openssl, [bundle, never]);
    expect(findings.map((finding) => finding.vulnerability.id)).toEqual(['CVE-2024-2000']);
  });

  it('still believes the bundle of another feed, and where the plain record decided nothing', () => {
    const bundle = input({ id: 'DSA-1-1', ranges: below, vulnerabilities: ['CVE-2024-1000', 'CVE-2024-2000'] });
    const elsewhere = input({ id: 'CVE-2024-1000', feed: 'other', ranges: above });
    const undecided = input({ id: 'CVE-2024-1000', ranges: broken });
    const withdrawn = input({ id: 'CVE-2024-1000', withdrawn: '2024-01-01', ranges: above });
    for (const plain of [elsewhere, undecided, withdrawn]) {
      expect(findingsOf(openssl, [bundle, plain])[0]).toMatchObject({
        verdict: 'affected',
        advisory: { id: 'DSA-1-1' },
      });
    }
  });

  it('names the fix that leaves every entry of the deciding record', () => {
    const entries = ['fixed 4.17.19', 'fixed 5.0.0'].map((fix) => npmInput('GHSA-a', ['CVE-2020-1000'], fix));
    expect(findingsOf(npmPackage('lodash', '4.17.15'), entries)).toMatchObject([{ fixedIn: '5.0.0', also: [] }]);
  });

  // Chainguard has a record for each component of a package: https://github.com/chainguard-dev/vulnerability-scanner-support
  it('names the least fix after which no record of the same database finds anything', () => {
    const foo = { ecosystem: 'Chainguard', name: 'foo', version: '1.2-r0', purl: 'pkg:apk/chainguard/foo@1.2-r0' };
    const cga = (id: string, ...events: readonly string[]) =>
      input({
        id,
        ecosystem: 'Chainguard',
        name: 'foo',
        ranges: [range('introduced 0', ...events)],
        vulnerabilities: ['CVE-2024-1000'],
      });
    const [component, other] = [cga('CGA-1', 'fixed 1.2-r1'), cga('CGA-2', 'fixed 1.2-r3')];
    expect(findingsOf(foo, [component, other])).toMatchObject([{ fixState: 'fixed', fixedIn: '1.2-r3' }]);
    const [finding] = findingsOf(foo, [component, other, cga('CGA-3')]);
    expect([finding?.fixState, finding?.fixedIn]).toEqual(['not-fixed', undefined]);
    const elsewhere = { ...cga('GHSA-1', 'fixed 1.2-r4'), vulnerabilities: component.vulnerabilities };
    expect(findingsOf(foo, [component, elsewhere])).toMatchObject([{ advisory: { id: 'GHSA-1' }, fixedIn: '1.2-r4' }]);
  });

  // CVE-2023-2780 of mlflow: GitHub has 2.3.0 for its fix, PyPA 2.3.1.
  it('names the fix at which no database finds anything, and that of the one that decides where there is none', () => {
    const from = (id: string, ...events: string[]) =>
      input({ id, ecosystem: 'npm', name: 'x', ranges: [semverRange(...events)], vulnerabilities: ['CVE-2023-2780'] });
    const fixOf = (...inputs: readonly AdvisoryMatchInput[]) =>
      findingsOf(npmPackage('x', '2.2.0'), inputs)[0]?.fixedIn;
    const github = from('GHSA-a', 'introduced 0', 'fixed 2.3.0');
    expect(fixOf(github, from('PYSEC-1', 'introduced 0', 'fixed 2.3.1'))).toBe('2.3.1');
    expect(fixOf(github, from('PYSEC-1', 'introduced 0', 'fixed 2.2.9'))).toBe('2.3.0');
    expect(fixOf(github, from('PYSEC-1', 'introduced 0'))).toBe('2.3.0');
  });

  // https://errata.almalinux.org/9/ALSA-2025-9526.html, and ALSA-2025-15099 for what it left.
  it('names the fix of the nearest line of builds of Enterprise Linux, and the last one there', () => {
    const alma = (id: string, fix: string) =>
      input({
        id,
        ecosystem: 'AlmaLinux:9',
        name: 'pam',
        ranges: [range('introduced 0', `fixed ${fix}`)],
        vulnerabilities: ['CVE-2025-1', 'CVE-2025-2'],
        word: { module: '' },
      });
    const pam = { ecosystem: 'AlmaLinux:9', name: 'pam', version: '1.5.1-19.el9', purl: 'pkg:rpm/almalinux/pam' };
    const fixOf = (...inputs: readonly AdvisoryMatchInput[]) => findingsOf(pam, inputs).map(({ fixedIn }) => fixedIn);
    const first = alma('ALSA-2025:2', '1.5.1-25.el9_6');
    const second = alma('ALSA-2025:1', '1.5.1-26.el9_6');
    const later = alma('ALSA-2025:0', '1.5.1-30.el9_7');
    expect(fixOf(first, second)).toEqual(['1.5.1-26.el9_6', '1.5.1-26.el9_6']);
    expect(fixOf(later, first, second)).toEqual(['1.5.1-26.el9_6', '1.5.1-26.el9_6']);
    expect(fixOf(later)).toEqual(['1.5.1-30.el9_7', '1.5.1-30.el9_7']);
  });

  it('rates by what the record says of the package, then of the vulnerability (trap 30: Debian "unimportant")', () => {
    const both = input({ ranges: below, severities: [low], recordSeverities: [high] });
    expect(findingsOf(openssl, [both])).toMatchObject([{ severity: 'negligible' }]);
    const recordOnly = input({ ranges: below, recordSeverities: [high] });
    expect(findingsOf(openssl, [recordOnly])).toMatchObject([{ severity: 'high', score: 7.5 }]);
  });

  it('takes the vendor, then the CNA or NVD, then the others', () => {
    const nvd = { source: 'nvd', kind: 'CVSS_V3' as const, value: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' };
    const scored = (statement: AdvisoryMatchInput): AdvisoryMatchInput => ({
      ...statement,
      vulnerabilities: statement.vulnerabilities.map((ref) => ({ ...ref, scores: [nvd] })),
    });
    const vendors = input({ ranges: below, severities: [low], isVendors: true });
    const others = input({ ranges: below, recordSeverities: [high] });
    const unrated = input({ ranges: below, isVendors: true });
    expect(findingsOf(openssl, [scored(others), scored(vendors)])).toMatchObject([{ severitySource: 'debian' }]);
    expect(findingsOf(openssl, [scored(others), scored(unrated)])).toMatchObject([
      { severity: 'critical', score: 9.8, severitySource: 'nvd' },
    ]);
    expect(findingsOf(openssl, [scored(others)])).toMatchObject([{ severitySource: 'nvd' }]);
    expect(findingsOf(openssl, [others])).toMatchObject([{ severity: 'high', severitySource: high.source }]);
  });

  it('borrows a severity from another record of the vulnerability, else says unknown (trap 48)', () => {
    const bare = input({ id: 'DSA-1-1', ranges: below, vulnerabilities: ['CVE-2024-1000'] });
    const rated = input({ id: 'X-1', ranges: above, recordSeverities: [high], vulnerabilities: ['CVE-2024-1000'] });
    expect(findingsOf(openssl, [bare, rated])).toMatchObject([{ advisory: { id: 'DSA-1-1' }, severity: 'high' }]);
    const unknown = findingsOf(openssl, [bare]);
    expect(unknown).toMatchObject([{ severity: 'unknown' }]);
    expect(unknown[0]).not.toHaveProperty('score');
  });

  it('keeps a package without a release from looking clean', () => {
    const sid = { ...openssl, ecosystem: 'Debian' };
    const findings = findingsOf(sid, [
      input({ id: 'CVE-2024-1000', ranges: below }),
      input({ id: 'CVE-2024-1000', ecosystem: 'Debian:13', ranges: above }),
    ]);
    expect(findings).toMatchObject([
      {
        verdict: 'undetermined',
        reason: 'the image does not say its distro release; the package is affected if it is Debian:12',
      },
    ]);
  });

  it('says nothing about packages that nobody speaks of', () => {
    expect(findingsOf(openssl, [])).toEqual([]);
    expect(findingsOf(openssl, [input({ withdrawn: '2024-01-01', ranges: below })])).toEqual([]);
  });
});

function npmInput(id: string, vulnerabilities: string[], fix: string): ReturnType<typeof input> {
  return input({ id, ecosystem: 'npm', name: 'lodash', ranges: [semverRange('introduced 0', fix)], vulnerabilities });
}
