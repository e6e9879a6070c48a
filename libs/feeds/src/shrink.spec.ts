import { hasShrunk, shrinkProblem } from './shrink';

it.each([
  [100, 80, false],
  [100, 79, true],
  // Of a source kept by hand.
  [12, 2, false],
  [12, 0, true],
  [0, 0, false],
  [50, 60, false],
])('of %d records %d are too few: %s', (before, now, expected) => {
  expect(hasShrunk({ before, now, maxShrinkPercent: 20 })).toBe(expected);
  expect(shrinkProblem({ before, now, maxShrinkPercent: 20 }) !== undefined).toBe(expected);
});

it('takes any source at its word with 100', () => {
  expect(hasShrunk({ before: 1_000, now: 0, maxShrinkPercent: 100 })).toBe(false);
});
