import { layerChains } from './layer-chains';

const a = `sha256:${'a'.repeat(64)}`;
const b = `sha256:${'b'.repeat(64)}`;

function hex(...diffIds: readonly string[]): readonly string[] {
  return layerChains(diffIds).map((chain) => chain.toString('hex'));
}

it('is the diffID of the first layer, then the sha256 of the chain below, a blank and the diffID', () => {
  // printf 'sha256:aa...a sha256:bb...b' | sha256sum
  expect(hex(a, b)).toEqual(['a'.repeat(64), 'ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c']);
});

it('is the same up to where images differ, and depends on the order', () => {
  expect(hex(a, b).slice(0, 1)).toEqual(hex(a));
  expect(hex(a, b)[1]).not.toBe(hex(b, a)[1]);
});

it('says nothing where a diffID is missing', () => {
  expect([hex(a, ''), hex('sha512:ab'), hex()]).toEqual([[], [], []]);
});
