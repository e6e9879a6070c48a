import type { ScopeRule } from '@tidewaiter/config';
import { matchesGlob } from './glob';
import { excludedPlatforms, scopeOf, type ScopeEntry } from './scope';

const now = new Date('2026-06-01T00:00:00Z');

function daysAgo(days: number): Date {
  return new Date(now.getTime() - days * 86_400_000);
}

function scope(rules: readonly ScopeRule[], entries: readonly ScopeEntry[], repository = 'team/api') {
  return scopeOf(rules, { repository, entries, now });
}

const tags = (...names: string[]): ScopeEntry[] => names.map((tag) => ({ tag }));

describe('the scope of a registry', () => {
  it('is everything without rules', () => {
    expect(scope([], [{ tag: 'a' }, { tag: null }])).toEqual([undefined, undefined]);
  });

  it('is decided by the first rule that applies', () => {
    const rules: ScopeRule[] = [
      { rule: 'releases', action: 'include', tags: ['v*'] },
      { rule: 'no-sandbox', action: 'exclude', repositories: ['team/*'] },
    ];
    expect(scope(rules, tags('v1', 'main'))).toEqual([undefined, 'no-sandbox']);
    expect(scope(rules, tags('main'), 'prod/api')).toEqual([undefined]);
  });

  it('can be a list of what is looked at: the last rule leaves out all the rest', () => {
    const rules: ScopeRule[] = [
      { rule: 'prod', action: 'include', repositories: ['prod/*'] },
      { rule: 'everything-else', action: 'exclude' },
    ];
    expect([scope(rules, tags('1'), 'prod/a'), scope(rules, tags('1'), 'dev/a')]).toEqual([
      [undefined],
      ['everything-else'],
    ]);
  });

  it('counts only days that are over, and never an unknown age', () => {
    const rules: ScopeRule[] = [{ rule: 'old', action: 'exclude', olderThanDays: 90 }];
    const entries = [{ tag: 'a', pushedAt: daysAgo(91) }, { tag: 'b', pushedAt: daysAgo(90) }, { tag: 'c' }];
    expect(scope(rules, entries)).toEqual(['old', undefined, undefined]);
  });

  it('keeps the newest of the tags that a rule means, the others do not count', () => {
    const rules: ScopeRule[] = [{ rule: 'last-two', action: 'exclude', tags: ['b*'], beyondNewest: 2 }];
    const entries = [
      { tag: 'b1', pushedAt: daysAgo(4) },
      { tag: 'latest', pushedAt: daysAgo(9) },
      { tag: 'b3', pushedAt: daysAgo(1) },
      { tag: 'b2', pushedAt: daysAgo(2) },
    ];
    expect(scope(rules, entries)).toEqual(['last-two', undefined, undefined, undefined]);
  });

  it('keeps of the tags that came at one time those that count furthest', () => {
    const rules: ScopeRule[] = [{ rule: 'last-two', action: 'exclude', beyondNewest: 2 }];
    const entries = ['build-9', 'build-10', 'build-1', 'build-11'].map((tag) => ({ tag, pushedAt: now }));
    expect(scope(rules, entries)).toEqual(['last-two', undefined, 'last-two', undefined]);
  });

  it('does not count what an earlier rule decided among the newest', () => {
    const rules: ScopeRule[] = [
      { rule: 'pinned', action: 'include', tags: ['v1'] },
      { rule: 'last', action: 'exclude', beyondNewest: 1 },
    ];
    const entries = ['v1', 'v2', 'v3'].map((tag, index) => ({ tag, pushedAt: daysAgo(index) }));
    expect(scope(rules, entries)).toEqual([undefined, undefined, 'last']);
  });

  it('knows platforms and manifests without a tag', () => {
    const rules: ScopeRule[] = [
      { rule: 'no-windows', action: 'exclude', platforms: ['windows/*'] },
      { rule: 'tagged-only', action: 'exclude', untagged: true },
    ];
    const entries = [{ tag: 'a', platform: 'windows/amd64' }, { tag: 'b', platform: 'linux/amd64' }, { tag: 'c' }];
    expect(scope(rules, [...entries, { tag: null }])).toEqual(['no-windows', undefined, undefined, 'tagged-only']);
  });
});

it('leaves a platform out only where a rule does so under every tag on its manifest', () => {
  const rules: ScopeRule[] = [
    { rule: 'no-windows', action: 'exclude', platforms: ['windows/*'], tags: ['v*'] },
    { rule: 'everything-else', action: 'exclude' },
  ];
  const row = (manifestId: number, tag: string, platform = 'windows/amd64') => ({
    ...{ manifestId, tag, platform },
    imageId: platform === 'windows/amd64' ? 1 : 2,
  });
  const rows = [row(7, 'v1'), row(7, 'v2'), row(7, 'v1', 'linux/amd64'), row(8, 'v3'), row(8, 'latest')];
  expect(excludedPlatforms(rules, { repository: 'team/api', rows, now })).toEqual([
    { manifestId: 7, imageId: 1, rule: 'no-windows' },
  ]);
});

it.each([
  ['*', 'team/api', true],
  ['team/*', 'team/a/b', true],
  ['team/*', 'teams/a', false],
  ['*-rc?', '1.0-rc1', true],
  ['*-rc?', '1.0-rc10', false],
  ['v1.*.0', 'v1.2.0', true],
  ['a*b*c', 'aXbXbXc', true],
  ['', '', true],
  ['', 'a', false],
  ['v1.0', 'v1x0', false],
])('the pattern %j and %j: %j', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected);
});

it('takes no time over a pattern made to take long', () => {
  expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(2_000))).toBe(false);
});
