import { purlOf } from './purl';

describe('purlOf', () => {
  it.each([
    [
      {
        type: 'deb',
        namespace: 'debian',
        name: 'libssl3',
        version: '3.0.11-1~deb12u2',
        qualifiers: { distro: 'debian-12', arch: 'amd64' },
      },
      'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12',
    ],
    [
      { type: 'deb', namespace: 'debian', name: 'attr', version: '1:2.4.47-2+b1', qualifiers: { arch: 'amd64' } },
      'pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64',
    ],
    [
      {
        type: 'apk',
        namespace: 'alpine',
        name: 'musl',
        version: '1.2.5-r0',
        qualifiers: { arch: 'x86_64', distro: 'alpine-3.20.3' },
      },
      'pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.3',
    ],
    [{ type: 'npm', namespace: '@scope', name: 'name', version: '1.0.0' }, 'pkg:npm/%40scope/name@1.0.0'],
    [{ type: 'generic', name: 'bootstrap', version: '' }, 'pkg:generic/bootstrap'],
    [
      { type: 'npm', name: 'lodash', version: '4.17.15', qualifiers: { arch: undefined, empty: '' } },
      'pkg:npm/lodash@4.17.15',
    ],
    [{ type: 'deb', namespace: 'debian', name: 'libstdc++6', version: '12' }, 'pkg:deb/debian/libstdc%2B%2B6@12'],
    [{ type: 'npm', name: "a b?#%'()", version: '1/2' }, 'pkg:npm/a%20b%3F%23%25%27%28%29@1%2F2'],
    [{ type: 'npm', name: '\ud800', version: '1' }, 'pkg:npm/%EF%BF%BD@1'],
  ])('%j', (parts, expected) => {
    expect(purlOf(parts)).toBe(expected);
  });
});
