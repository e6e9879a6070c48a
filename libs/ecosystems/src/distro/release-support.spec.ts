import { supportOf, supportProductOf } from './release-support';

const cycle = (name: string, endsOn?: string) => ({
  cycle: name,
  isOver: false,
  ...(endsOn === undefined ? {} : { endsOn }),
});

describe('how long a release is looked after', () => {
  const cycles = [cycle('3', '2020-01-01'), cycle('3.1', '2014-11-01'), cycle('3.18', '2025-05-09'), cycle('9')];

  it.each([
    ['3.18.4', '2025-05-08', false],
    ['3.18.4', '2025-05-09', true],
    ['3.18', '2026-01-01', true],
    ['3.19', '2019-12-31', false],
    ['9.2', '2026-01-01', false],
  ])('%s on %s: over %s (trap 39)', (versionId, today, isOver) => {
    expect(supportOf({ versionId }, cycles, today)).toMatchObject({ isOver });
  });

  it('is not known of a release that nobody lists, or that is not stated', () => {
    expect(supportOf({ versionId: '31.8' }, cycles, '2026-01-01')).toBeUndefined();
    expect(supportOf({}, cycles, '2026-01-01')).toBeUndefined();
  });

  it('is listed under the names of endoflife.date', () => {
    expect(['alpine', 'debian', 'amzn'].map((id) => supportProductOf({ id }))).toEqual([
      'alpine-linux',
      'debian',
      'amazon-linux',
    ]);
  });
});
