import { dpkg } from './dpkg/scheme';
import { intervalContains, intervalsOf, type Boundary } from './interval';
import { pacman } from './pacman/scheme';
import { pep440 } from './pep440/scheme';
import { rpm } from './rpm/scheme';
import { semver } from './semver/scheme';
import type { VersionScheme } from './version-scheme';

describe('intervalsOf', () => {
  it('replays events whatever their order in the record', () => {
    const sorted = 'introduced 0, fixed 1.2.0, introduced 2.0.0, fixed 2.3.0';
    const shuffled = 'fixed 2.3.0, introduced 2.0.0, introduced 0, fixed 1.2.0';
    for (const events of [sorted, shuffled]) expect(shown(semver, events)).toEqual(['[0, 1.2.0)', '[2.0.0, 2.3.0)']);
  });

  it('keeps an interval without end open', () => {
    expect(shown(semver, 'introduced 1.0.0')).toEqual(['[1.0.0, ']);
  });

  it('includes the last affected version', () => {
    expect(shown(semver, 'introduced 0, last-affected 1.0.0')).toEqual(['[0, 1.0.0]']);
    expect(shown(semver, 'introduced 5.16.0, last-affected 5.16.0')).toEqual(['[5.16.0, 5.16.0]']);
  });

  it('is empty when a version is introduced and fixed', () => {
    expect(shown(semver, 'introduced 1.0.0, fixed 1.0.0')).toEqual([]);
    expect(shown(semver, 'fixed 1.0.0, introduced 1.0.0')).toEqual([]);
  });

  it('joins ranges that touch', () => {
    expect(shown(semver, 'introduced 0, fixed 2.0.0, introduced 2.0.0, fixed 2.11.2')).toEqual(['[0, 2.11.2)']);
    expect(shown(semver, 'introduced 0, last-affected 1.0.0, introduced 1.0.0, last-affected 2.0.0')).toEqual([
      '[0, 2.0.0]',
    ]);
  });

  it('ends at the first of several fixes', () => {
    expect(shown(dpkg, 'introduced 0, fixed 2-1, fixed 1-1')).toEqual(['[0, 1-1)']);
  });
});

describe('intervalContains', () => {
  it.each([
    ['introduced 0, fixed 1.0-1', '1.0-1~deb12u1', true],
    ['introduced 0, fixed 1.0-1', '1.0-1', false],
    ['introduced 0, fixed 1.0-1', '~~', true],
    ['introduced 1.0, last-affected 1.5', '1.5', true],
    ['introduced 1.0, last-affected 1.5', '1.5-1', false],
    ['introduced 1.0', '0.9', false],
    ['introduced 1.0', '99:1', true],
  ])('%s holds %s: %s', (events, raw, expected) => {
    const version = dpkg.parse(raw);
    if (!version.ok) throw new Error(version.error.message);
    const intervals = intervalsOf(dpkg, boundariesOf(dpkg, events));
    expect(intervals.some((interval) => intervalContains(dpkg, interval, version.value))).toBe(expected);
  });

  // Trap: a bound without release or local label is no build of its own but all of them.
  it.each<[string, string, VersionScheme, boolean]>([
    ['introduced 0, last-affected 1.2', '1.2-3', rpm, true],
    ['introduced 0, last-affected 1.2', '1.2.1-1', rpm, false],
    ['introduced 0, last-affected 1.2-3', '1.2-4', rpm, false],
    ['introduced 0, fixed 1.2', '1.2-3', rpm, false],
    ['introduced 1.2', '1.2-3', rpm, true],
    ['introduced 0, last-affected 1.2', '1.2+local', pep440, true],
    ['introduced 0, last-affected 1.2', '1.2.post1', pep440, false],
    ['introduced 0, fixed 1.2+cgr.2', '1.2+cgr.1', pep440, true],
  ])('%s holds %s', (events, raw, scheme, expected) => {
    const version = scheme.parse(raw);
    if (!version.ok) throw new Error(version.error.message);
    const intervals = intervalsOf(scheme, boundariesOf(scheme, events));
    expect(intervals.some((interval) => intervalContains(scheme, interval, version.value))).toBe(expected);
  });

  it('sorts by the total order where a tool has none: a bound without pkgrel comes first', () => {
    const events = 'fixed 1.0-2, introduced 1.0';
    expect(shown(pacman, events)).toEqual(['[1.0, 1.0-2)']);
  });
});

function shown<V>(scheme: VersionScheme<V>, events: string): string[] {
  return intervalsOf(scheme, boundariesOf(scheme, events)).map(
    ({ from, to }) => `[${from.text}, ${to === undefined ? '' : to.text + (to.kind === 'fixed' ? ')' : ']')}`,
  );
}

function boundariesOf<V>(scheme: VersionScheme<V>, events: string): Boundary<V>[] {
  return events.split(', ').map((event) => {
    const [kind = '', text = ''] = event.split(' ');
    if (kind === 'introduced' && text === '0') return { kind, at: undefined, text };
    const parsed = scheme.parse(text);
    if (!parsed.ok) throw new Error(parsed.error.message);
    if (kind !== 'introduced' && kind !== 'fixed' && kind !== 'last-affected')
      throw new Error(`no such event: ${kind}`);
    return { kind, at: parsed.value, text };
  });
}
