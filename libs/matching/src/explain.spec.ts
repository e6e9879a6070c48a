import { explain } from './explain';
import { findingsOf } from './findings';
import { debianPackage, input, npmPackage, range, semverRange } from './spec-inputs';

const openssl = debianPackage('libssl3', '3.0.1-1', { name: 'openssl', version: '3.0.1-1' });
const affected = input({
  id: 'DEBIAN-CVE-1',
  ranges: [range('introduced 0', 'fixed 3.0.2-1')],
  vulnerabilities: ['CVE-1'],
});
const fixed = input({
  id: 'OTHER-CVE-1',
  ranges: [range('introduced 0', 'fixed 3.0.0-1')],
  vulnerabilities: ['CVE-1'],
});

function roles(...args: Parameters<typeof explain>): readonly string[] {
  return explain(...args).records.map(({ id, role }) => `${id} ${role}`);
}

describe('an explanation', () => {
  it('of a finding names the records, the range, what was compared and who was believed', () => {
    const explanation = explain(openssl, 'cve-1', [affected, fixed]);
    expect(explanation).toMatchObject({
      outcome: 'affected',
      vulnerability: 'CVE-1',
      keys: [{ ecosystem: 'Debian:12', name: 'openssl' }],
      conclusion:
        'libssl3 3.0.1-1 is affected: its source openssl 3.0.1-1 is in >= 0, < 3.0.2-1 by the order of dpkg (DEBIAN-CVE-1 of osv).',
      records: [
        { id: 'DEBIAN-CVE-1', role: 'decides', ranges: 'introduced 0, fixed 3.0.2-1', verdict: { state: 'affected' } },
        { id: 'OTHER-CVE-1', role: 'overruled', verdict: { state: 'not-affected', reason: 'fixed in 3.0.0-1' } },
      ],
    });
    expect([explanation.finding]).toEqual(findingsOf(openssl, [affected, fixed]));
  });

  it('of an absence says what clears the package', () => {
    expect(explain(openssl, 'CVE-1', [fixed])).toMatchObject({
      outcome: 'not-affected',
      conclusion: 'libssl3 3.0.1-1 is not-affected: fixed in 3.0.0-1 (OTHER-CVE-1 of osv).',
    });
    expect(findingsOf(openssl, [fixed])).toEqual([]);
  });

  it('says that the word of the vendor overrules others', () => {
    const vendor = { ...fixed, isVendors: true };
    expect(roles(openssl, 'CVE-1', [affected, vendor])).toEqual(['OTHER-CVE-1 decides', 'DEBIAN-CVE-1 overruled']);
    expect(findingsOf(openssl, [affected, vendor])).toEqual([]);
  });

  it('shows withdrawn records as silent, and bundles that a plain record overrules', () => {
    const withdrawn = input({ id: 'GONE', withdrawn: '2025-01-01', vulnerabilities: ['CVE-1'] });
    const bundle = input({ id: 'DSA-1', ranges: affected.affected.ranges, vulnerabilities: ['CVE-1', 'CVE-2'] });
    expect(roles(openssl, 'CVE-1', [withdrawn, bundle, fixed])).toEqual([
      'OTHER-CVE-1 decides',
      'DSA-1 overruled',
      'GONE silent',
    ]);
    expect(explain(openssl, 'CVE-1', [withdrawn]).conclusion).toContain('no record that counts speaks of it');
  });

  it('says under which names nothing was found', () => {
    expect(explain(openssl, 'CVE-9', [affected])).toMatchObject({
      outcome: 'no-record',
      records: [],
      conclusion: expect.stringContaining('Debian:12/openssl'),
    });
  });

  it('says that nothing is known where the advisories are not there', () => {
    expect(explain(openssl, 'CVE-9', [], false)).toMatchObject({
      outcome: 'no-record',
      conclusion:
        'No record about this vulnerability speaks of Debian:12/openssl, and the advisories of Debian:12 are not there: whether libssl3 3.0.1-1 is affected is not known.',
    });
  });

  it('says why it is not known', () => {
    const odd = npmPackage('x', 'not-a-version');
    const record = input({
      ecosystem: 'npm',
      name: 'x',
      ranges: [semverRange('introduced 0', 'fixed 1.0.0')],
      vulnerabilities: ['CVE-1'],
    });
    expect(explain(odd, 'CVE-1', [record])).toMatchObject({
      outcome: 'undetermined',
      conclusion: expect.stringContaining('the installed version cannot be read'),
    });
  });
});
