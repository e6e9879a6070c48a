import { withoutRenamed } from './renamed-vulnerabilities';

const opened: Parameters<typeof withoutRenamed>[0][number] = {
  vulnerability: 'CVE-2024-1000',
  aliases: ['GHSA-a'],
  change: 'opened',
  severity: 'high',
  state: 'affected',
  hasFix: true,
  isExploited: false,
  isLikely: false,
  packageIds: [1, 2],
  onlyIn: null,
  vouchedIn: [],
};
const closed = { ...opened, vulnerability: 'GHSA-a', aliases: [], change: 'closed' };

describe('withoutRenamed', () => {
  it.each([
    ['it is given a CVE', [opened, closed], []],
    [
      'its CVE is taken back',
      [
        { ...opened, vulnerability: 'GHSA-a', aliases: [] },
        { ...closed, vulnerability: 'CVE-1', aliases: ['GHSA-a'] },
      ],
      [],
    ],
    [
      'two become one',
      [opened, closed, { ...closed, vulnerability: 'PYSEC-b' }].with(0, { ...opened, aliases: ['GHSA-a', 'PYSEC-b'] }),
      [],
    ],
    [
      'it was as much attacked before',
      [opened, closed].map((each) => ({ ...each, isExploited: true, isLikely: true })),
      [],
    ],
    ['it is attacked no more', [opened, { ...closed, isExploited: true, isLikely: true }], []],
  ])('leaves out what has another name alone: %s', (_, changes, expected) => {
    expect(withoutRenamed(changes)).toEqual(expected);
  });

  it.each([
    ['of another severity', { ...opened, severity: 'critical' }, closed],
    ['that can be mended now', opened, { ...closed, hasFix: false }],
    ['that is known to be exploited', { ...opened, isExploited: true }, closed],
    ['that is likely to be attacked', { ...opened, isLikely: true }, closed],
    ['that can be mended no longer', { ...opened, hasFix: false }, closed],
    ['that is certain now', opened, { ...closed, state: 'undetermined' }],
    ['that only a third name connects', opened, { ...closed, vulnerability: 'CVE-2024-2000', aliases: ['GHSA-a'] }],
    ['of other packages', opened, { ...closed, packageIds: [3] }],
  ])('keeps one %s', (_, after, before) => {
    expect(withoutRenamed([after, before])).toEqual([after, before]);
  });

  it('keeps the packages that have it anew', () => {
    expect(withoutRenamed([opened, { ...closed, packageIds: [2] }])).toEqual([{ ...opened, packageIds: [1] }]);
  });

  it('keeps one in the images in which only its old name was vouched for', () => {
    expect(withoutRenamed([opened, { ...closed, vouchedIn: [7] }])).toEqual([{ ...opened, onlyIn: [7] }]);
  });
});
