import type { InventoryPackage } from '@tidewaiter/contracts';
import { mergeStatements, unknownSources } from './merge-statements';

const layer = { index: 0, diffId: 'sha256:0' };
const purl = 'pkg:deb/ubuntu/libc6@2.39-0ubuntu8?arch=amd64&distro=ubuntu-24.04';
const libc: InventoryPackage = {
  ecosystem: 'Ubuntu:24.04:LTS',
  name: 'libc6',
  version: '2.39-0ubuntu8',
  purl,
  layer,
  locations: ['var/lib/chisel/manifest.wall'],
};
const source = { name: 'glibc', version: '2.39-0ubuntu8' };
const npm: InventoryPackage = { ecosystem: 'npm', name: 'a', version: '1', purl: 'pkg:npm/a@1', locations: ['x'] };

describe('mergeStatements', () => {
  it('trap: the same package in two databases is one, with both places and the source that one of them states', () => {
    const dpkg = { ...libc, source, locations: ['var/lib/dpkg/status'] };
    const expected = [{ ...libc, source, locations: ['var/lib/chisel/manifest.wall', 'var/lib/dpkg/status'] }];
    expect(mergeStatements([libc, dpkg])).toEqual(expected);
    expect(mergeStatements([dpkg, libc])).toEqual(expected);
  });

  it('keeps what came with different layers apart, and knows the source of both', () => {
    const later = { ...libc, source, layer: { ...layer, index: 1 } };
    expect(mergeStatements([libc, later])).toEqual([{ ...libc, source }, later]);
  });

  it('makes one of what differs in nothing but its places where languages are concerned, and leaves all else as it is', () => {
    expect(mergeStatements([npm, { ...npm, locations: ['a'] }])).toEqual([{ ...npm, locations: ['a', 'x'] }]);
    for (const other of [
      { ...npm, isLocked: true },
      { ...npm, layer },
      { ...npm, ownedBy: purl },
      { ...npm, licenses: ['MIT'] },
    ])
      expect(mergeStatements([npm, other])).toEqual([npm, other]);
  });
});

describe('unknownSources', () => {
  it('says where a package cannot be looked up', () => {
    expect(unknownSources([libc, npm]).map(({ code }) => code)).toEqual(['source-package-unknown']);
    expect(unknownSources([{ ...libc, source }, npm])).toEqual([]);
  });
});
