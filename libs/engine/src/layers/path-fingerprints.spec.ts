import { fingerprintOf, PathFingerprints } from './path-fingerprints';

describe('PathFingerprints', () => {
  it('tells every one of 200,000 similar paths from the others', () => {
    const seen = new Set<number>();
    for (let at = 0; at < 200_000; at++) seen.add(fingerprintOf(`usr/share/doc/package-${at}/copyright`));
    expect(seen.size).toBe(200_000);
  });

  it('is the same after writing and reading, whatever the order', () => {
    const [one, two] = [new PathFingerprints(), new PathFingerprints()];
    for (const path of ['a', 'b/c', 'd']) one.add(path);
    for (const path of ['d', 'a', 'b/c']) two.add(path);
    expect(one.toString()).toBe(two.toString());
    const read = PathFingerprints.parse(one.toString());
    expect([read.size, read.has(fingerprintOf('b/c')), read.has(fingerprintOf('b'))]).toEqual([3, true, false]);
  });
});
