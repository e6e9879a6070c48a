import { ReachCount } from './reach-count';

/** Images as lists of parts, parts as lists of packages. */
function count(matches: readonly (readonly [number, number])[], images: readonly (readonly number[][])[]) {
  const reach = new ReachCount(matches.map(([vulnerabilityId, packageId]) => ({ vulnerabilityId, packageId })));
  for (const parts of images) reach.add(parts.map((part) => reach.vulnerable(part)));
  return Object.fromEntries(reach.counts());
}

describe('the count of images by vulnerability', () => {
  it('counts an image once however often it holds the package', () => {
    expect(count([[7, 1]], [[[1, 2], [1]], [[2]], [[1]]])).toEqual({ 7: 2 });
  });

  it('counts an image once for a vulnerability of several of its packages', () => {
    expect(
      count(
        [
          [7, 1],
          [7, 2],
          [8, 2],
        ],
        [[[1, 2]], [[1]], [[2], [2, 1]]],
      ),
    ).toEqual({ 7: 3, 8: 2 });
  });

  it('says none for a vulnerability whose packages no image holds', () => {
    expect(count([[7, 1]], [[[2]]])).toEqual({ 7: 0 });
  });

  it('keeps of a part only what matters', () => {
    expect([...new ReachCount([{ vulnerabilityId: 7, packageId: 3 }]).vulnerable([1, 2, 3, 4])]).toEqual([3]);
  });

  it('agrees with counting pairs one by one', () => {
    let state = 42;
    const random = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    const matches = Array.from({ length: 300 }, () => [random(40), random(60)] as const);
    const images = Array.from({ length: 80 }, () =>
      Array.from({ length: 3 }, () => Array.from({ length: 6 }, () => random(60))),
    );
    const expected: Record<number, number> = {};
    for (const id of new Set(matches.map(([vulnerability]) => vulnerability))) {
      const packages = new Set(matches.filter(([vulnerability]) => vulnerability === id).map(([, held]) => held));
      expected[id] = images.filter((parts) => parts.flat().some((held) => packages.has(held))).length;
    }
    expect(count(matches, images)).toEqual(expected);
  });
});
