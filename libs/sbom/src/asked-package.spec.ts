import type { Package } from '@tidewaiter/contracts';
import { isAskedFor } from './asked-package';

const lodash: Package = { ecosystem: 'npm', name: 'lodash', version: '4.17.15', purl: 'pkg:npm/lodash@4.17.15' };
const scoped: Package = { ecosystem: 'npm', name: '@a/b', version: '1.0.0', purl: 'pkg:npm/%40a/b@1.0.0' };
const std: Package = { ecosystem: 'Go', name: 'std', version: 'go1.22.1', purl: 'pkg:golang/std@1.22.1' };
const vips: Package = {
  ecosystem: 'Ubuntu:22.04:LTS',
  name: 'libvips42',
  version: '8.12.1-1',
  purl: 'pkg:deb/ubuntu/libvips42@8.12.1-1?arch=amd64&distro=ubuntu-22.04',
  source: { name: 'vips', version: '8.12.1-1' },
};

it.each<[asked: string, Package, boolean]>([
  ['lodash', lodash, true],
  ['LoDash', lodash, true],
  ['lodash@4.17.15', lodash, true],
  ['LODASH@4.17.15', lodash, true],
  ['lodash@4.17.1', lodash, false],
  ['lodash@', lodash, false],
  ['4.17.15', lodash, false],
  ['lodash-es', lodash, false],
  ['pkg:npm/lodash', lodash, true],
  ['pkg:npm/lodash@4%2E17.15', lodash, true],
  ['pkg:npm/lodash@4.17.1', lodash, false],
  ['pkg:', lodash, false],
  ['@a/b', scoped, true],
  ['@A/b@1.0.0', scoped, true],
  ['b', scoped, false],
  ['pkg:npm/%40a/b', scoped, true],
  ['std', std, true],
  ['stdlib', std, true],
  ['libvips42', vips, true],
  ['vips', vips, true],
  ['vips@8.12.1-1', vips, true],
  ['Vips', vips, false],
  ['pkg:deb/ubuntu/libvips42', vips, true],
  ['pkg:deb/ubuntu/libvips42?arch=arm64', vips, false],
])('%s', (asked, pkg, expected) => {
  expect(isAskedFor(pkg, asked)).toBe(expected);
});
