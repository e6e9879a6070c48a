import type { AdvisoryMatchInput, AffectedRange, Package } from '@tidewaiter/contracts';
import { findingsOf } from './findings';
import { debianPackage, input, range } from './spec-inputs';

describe("Ubuntu's archive and its extended support, which mend the same sources each on its own (trap 37)", () => {
  const below = (fixed?: string) =>
    fixed === undefined ? [range('introduced 0')] : [range('introduced 0', `fixed ${fixed}`)];
  const id = 'UBUNTU-CVE-2024-1000';
  const of = (ecosystem: string, ranges: readonly AffectedRange[], more: { versions?: string[]; id?: string } = {}) =>
    input({ id, ecosystem, name: 'vips', ranges, vulnerabilities: ['CVE-2024-1000'], isVendors: true, ...more });
  const archive = (fixed?: string) => of('Ubuntu:22.04:LTS', below(fixed));
  const pro = (fixed?: string) => of('Ubuntu:Pro:22.04:LTS', below(fixed));
  const esm = (version: string) => ({ ...debianPackage('vips', version), ecosystem: 'Ubuntu:Pro:22.04:LTS' });
  const usual = (version: string) => ({ ...debianPackage('vips', version), ecosystem: 'Ubuntu:22.04:LTS' });
  const fixesOf = (pkg: Package, records: readonly AdvisoryMatchInput[]) => [
    ...new Set(
      [records, records.toReversed()].map((each) =>
        findingsOf(pkg, each)
          .map(({ fixState, fixedIn, fixChannel }) => [fixState, fixedIn, fixChannel].filter(Boolean).join(' '))
          .join(', '),
      ),
    ),
  ];

  it.each<[string, readonly AdvisoryMatchInput[], string, string]>([
    ['a later fix in the archive alone', [archive('1-1ubuntu0.2')], '1-1ubuntu0.1~esm1', 'fixed 1-1ubuntu0.2'],
    ['a later fix in the archive alone', [archive('1-1ubuntu2')], '1-1ubuntu1+esm1', 'fixed 1-1ubuntu2'],
    ['what the archive has not fixed', [archive()], '1-1ubuntu0.1~esm1', 'not-fixed'],
    ['a fix in both: the first is enough', [archive('1-2'), pro('1-1+esm2')], '1-1+esm1', 'fixed 1-1+esm2'],
    ['a fix in extended support alone', [archive(), pro('1-1+esm2')], '1-1+esm1', 'fixed 1-1+esm2'],
    ['a fix in the archive alone', [archive('1-2'), pro()], '1-1+esm1', 'fixed 1-2'],
  ])('a build of extended support is behind %s', (_, records, version, expected) => {
    expect(fixesOf(esm(version), records)).toEqual([expected]);
  });

  it.each<[string, readonly AdvisoryMatchInput[], string]>([
    ['by its own line, though the archive has no fix', [archive(), pro('1-1ubuntu0.1~esm2')], '1-1ubuntu0.1~esm2'],
    ['by its own line, though the archive is later', [archive('1-2'), pro('1-1+esm2')], '1-1+esm2'],
    ['by the archive, on which it is built', [archive('1-2'), pro()], '1-2+esm1'],
    ['by the archive, though its own line is later', [archive('1-2'), pro('1-2+esm2')], '1-2+esm1'],
    ['by the archive alone', [archive('1-2')], '1-2+esm1'],
  ])('a build of extended support is mended %s', (_, records, version) => {
    expect(fixesOf(esm(version), records)).toEqual(['']);
  });

  it('a build of extended support is not cleared by a list of the builds that the archive had', () => {
    const listed = of('Ubuntu:22.04:LTS', [], { versions: ['1-1'] });
    expect(fixesOf(esm('1-1+esm1'), [listed, pro('1-1+esm2')])).toEqual(['fixed 1-1+esm2']);
  });

  it('says so of records that are apart, too', () => {
    const notice = of('Ubuntu:Pro:22.04:LTS', below('1-1+esm2'), { id: 'USN-1-1' });
    const other = of('Ubuntu:22.04:LTS', below(), { id: 'USN-2-1' });
    expect(fixesOf(esm('1-1+esm2'), [notice, other])).toEqual(['']);
    expect(fixesOf(esm('1-1+esm1'), [notice, other])).toEqual(['fixed 1-1+esm2']);
  });

  it("a build of the archive is mended by the archive's fix alone", () => {
    expect(fixesOf(usual('1-1ubuntu0.2'), [archive('1-1ubuntu0.2'), pro()])).toEqual(['']);
    // Above the number of a build that it does not have.
    expect(fixesOf(usual('1-1ubuntu0.1'), [archive('1-1ubuntu0.2'), pro('1-1ubuntu0.1~esm1')])).toEqual([
      'fixed 1-1ubuntu0.2',
    ]);
    expect(fixesOf(usual('1-1'), [archive(), pro('1-1+esm1')])).toEqual(['fixed 1-1+esm1 Ubuntu Pro']);
  });

  it('a certified build is of neither', () => {
    const fips = { ...debianPackage('vips', '1-1+Fips1'), ecosystem: 'Ubuntu:Pro:FIPS:22.04:LTS' };
    expect(fixesOf(fips, [archive(), pro()])).toEqual(['']);
  });
});
