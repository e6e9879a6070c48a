import { namesIn } from '../spec-extraction';
import { haskellLock } from './haskell-lock';

describe('cabal.project.freeze', () => {
  it('names constraints, not flags', async () => {
    const freeze = `active-repositories: hackage.haskell.org:merge
constraints: any.aeson ==2.1.0.0,
             aeson -cffi +ordered-keymap,
             any.unordered-containers ==0.2.19.1
index-state: hackage.haskell.org 2022-09-21T12:00:00Z
`;
    expect(await namesIn(haskellLock, 'cabal.project.freeze', freeze)).toEqual([
      'aeson@2.1.0.0',
      'unordered-containers@0.2.19.1',
    ]);
    expect(await namesIn(haskellLock, 'cabal.project.freeze', '')).toEqual(['lock-unreadable']);
  });
});

describe('stack.yaml.lock', () => {
  it('names each package once', async () => {
    const lock = `packages:
- completed:
    hackage: acme-missiles-0.3@sha256:2ba66a092a32593880a87fb00f3213762d7bca65a687d45965778deb8694c5d1,613
    pantry-tree:
      sha256: 614bc0cca76937507ea0a5ccc17a504c997ce458d7f2f9e43b15a10c8eaeb033
      size: 226
  original:
    hackage: acme-missiles-0.3@sha256:2ba66a092a32593880a87fb00f3213762d7bca65a687d45965778deb8694c5d1,613
snapshots: []
`;
    expect(await namesIn(haskellLock, 'stack.yaml.lock', lock)).toEqual(['acme-missiles@0.3']);
    expect(await namesIn(haskellLock, 'stack.yaml.lock', 'packages: []\n')).toEqual([]);
    expect(await namesIn(haskellLock, 'stack.yaml.lock', '[]')).toEqual(['lock-unreadable']);
  });

  it('that is mostly blank lines is read in time', async () => {
    const start = performance.now();
    const lock = `packages:${'\n'.repeat(100_000)}- original:\n    hackage: acme-missiles-0.3@sha256:2ba66a,613\n`;
    expect(await namesIn(haskellLock, 'stack.yaml.lock', lock)).toEqual(['acme-missiles@0.3']);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
