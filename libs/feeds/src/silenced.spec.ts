import type { AffectedPackage } from '@tidewaiter/contracts';
import { areTooManySilenced, isSilenced, silencedProblem, spokenBases } from './silenced';

function affectedOf(ecosystem: string, says: Partial<AffectedPackage> = { versions: ['1.0.0'] }): AffectedPackage {
  return { ecosystem, name: 'openssl', ranges: [], versions: [], severities: [], ...says };
}

it('a record speaks of the ecosystems that it says something of', () => {
  const affected = [affectedOf('Debian:12'), affectedOf('Debian:13'), affectedOf('npm', { status: 'wont-fix' })];
  expect([...spokenBases({ affected })]).toEqual(['Debian', 'npm']);
  expect(spokenBases({ affected, withdrawn: '2026-01-01T00:00:00Z' }).size).toBe(0);
  expect(spokenBases({ affected: [affectedOf('npm', {})] }).size).toBe(0);
});

it.each([
  [['npm'], ['npm', 'Hex'], false],
  [['npm', 'Hex'], ['Hex'], false],
  // A release is another one, its distribution the same.
  [['Debian:12'], ['Debian'], false],
  [['npm'], ['node-npm'], true],
  [['npm'], [], true],
  // It never spoke of any package.
  [[], [], false],
])('one that spoke of %j and says something of %j is silenced: %s', (before, now, expected) => {
  expect(isSilenced(before, new Set(now))).toBe(expected);
});

it.each([
  [100, 20, 0, false],
  [100, 21, 0, true],
  [100, 11, 10, true],
  // Of a source kept by hand.
  [10, 10, 0, false],
  [50, 10, 10, false],
])('of %d records %d silenced and %d gone are too many: %s', (before, silenced, gone, expected) => {
  const counts = { before, silenced, gone, maxShrinkPercent: 20 };
  expect(areTooManySilenced(counts)).toBe(expected);
  expect(silencedProblem(counts) !== undefined).toBe(expected);
  expect(areTooManySilenced({ ...counts, maxShrinkPercent: 100 })).toBe(false);
});
