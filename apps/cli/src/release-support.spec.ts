import { nothingToAssess, type ScanReport } from '@tidewaiter/contracts';
import { supportLines, withSupport } from './release-support';

const report: ScanReport = {
  target: 't',
  image: {
    digest: null,
    platform: null,
    os: { id: 'debian', versionId: '10', prettyName: 'Debian GNU/Linux 10 (buster)' },
  },
  complete: true,
  assessability: nothingToAssess,
  packages: [],
  findings: [],
  problems: [],
};
const cycle = { kind: 'product-cycle' as const, product: 'debian', cycle: '10', isOver: false };

describe('a scan of a release', () => {
  it('says since when it is out of support (trap 39)', () => {
    const store = { cyclesOf: () => [{ ...cycle, endsOn: '2022-09-10', extendedEndsOn: '2024-06-30' }] };
    expect(supportLines(withSupport(report, store, '2022-09-09T23:00:00Z'))).toEqual([]);
    expect(supportLines(withSupport(report, store, '2022-09-10T00:00:00Z'))[0]).toBe(
      'Debian GNU/Linux 10 (buster) is out of support since 2022-09-10 (extended support until 2024-06-30): what was found later may be in no advisory.',
    );
  });

  it('says nothing where nobody has said how long it is looked after', () => {
    expect(withSupport(report, { cyclesOf: () => [] }, '2026-01-01T00:00:00Z')).toEqual(report);
    const image = { ...report.image, os: null };
    expect(
      supportLines(withSupport({ ...report, image }, { cyclesOf: () => [cycle] }, '2026-01-01T00:00:00Z')),
    ).toEqual([]);
  });
});
