import { withoutRenamed } from './renamed-vulnerabilities';

const opened = {
  vulnerability: 'CVE-2024-1000',
  aliases: ['GHSA-a'],
  change: 'opened',
  severity: 'high',
  hasFix: true,
  isExploited: false,
  packageIds: [1, 2],
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
  ])('leaves out what has another name alone: %s', (_, changes, expected) => {
    expect(withoutRenamed(changes)).toEqual(expected);
  });

  it.each([
    ['of another severity', { ...opened, severity: 'critical' }, closed],
    ['that can be mended now', opened, { ...closed, hasFix: false }],
    ['that is known to be exploited', { ...opened, isExploited: true }, closed],
    ['that only a third name connects', opened, { ...closed, vulnerability: 'CVE-2024-2000', aliases: ['GHSA-a'] }],
    ['of other packages', opened, { ...closed, packageIds: [3] }],
  ])('keeps one %s', (_, after, before) => {
    expect(withoutRenamed([after, before])).toEqual([after, before]);
  });

  it('keeps the packages that have it anew', () => {
    expect(withoutRenamed([opened, { ...closed, packageIds: [2] }])).toEqual([{ ...opened, packageIds: [1] }]);
  });
});
