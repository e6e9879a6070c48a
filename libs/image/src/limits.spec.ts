import { changedLimits, defaultLimits } from './limits';

describe('limits', () => {
  it('are the defaults, but for those that are named', () => {
    expect(changedLimits([])).toEqual({ ok: true, value: defaultLimits });
    expect(changedLimits(['layers=7', 'ratio=10', 'layers=8'])).toEqual({
      ok: true,
      value: { ...defaultLimits, layers: 8, ratio: 10 },
    });
  });

  it.each([
    'layer=7',
    'layers',
    'layers=',
    'layers=-1',
    'layers=1e3',
    'layers=1.5',
    'toString=1',
    `layers=${'9'.repeat(16)}`,
  ])('are not changed by %j, and the answer names them all', (change) => {
    const changed = changedLimits(['ratio=10', change]);
    expect(changed.ok).toBe(false);
    if (changed.ok) return;
    expect(changed.error).toContain(`not "${change}"`);
    for (const name of Object.keys(defaultLimits)) expect(changed.error).toContain(`${name}=`);
  });
});
