import { namesPackage } from './purl-match';

describe('a purl as the name of packages', () => {
  it.each([
    ['pkg:npm/lodash@4.17.20', 'pkg:npm/lodash@4.17.20'],
    ['pkg:npm/lodash', 'pkg:npm/lodash@4.17.20'],
    ['pkg:npm/%40a/b', 'pkg:npm/@a/b@1'],
    ['pkg:deb/debian/openssl', 'pkg:deb/debian/openssl@3.0?arch=amd64&distro=debian-12'],
    ['pkg:deb/debian/openssl@3.0?distro=debian-12', 'pkg:deb/debian/openssl@3.0?arch=amd64&distro=debian-12'],
    ['pkg:golang/golang.org/x/crypto@v0.1.0', 'pkg:golang/golang.org/x/crypto@0.1.0'],
    ['pkg:golang/github.com/Masterminds/semver', 'pkg:golang/github.com/masterminds/semver@v3'],
    ['pkg:pypi/Typing_Extensions', 'pkg:pypi/typing-extensions@4'],
  ])('%s is %s', (stated, actual) => {
    expect(namesPackage(stated, actual)).toBe(true);
  });

  it.each([
    ['pkg:npm/lodash@4.17.21', 'pkg:npm/lodash@4.17.20'],
    ['pkg:npm/lodash', 'pkg:pypi/lodash@4.17.20'],
    ['pkg:npm/b', 'pkg:npm/@a/b@1'],
    ['pkg:deb/debian/openssl?distro=debian-11', 'pkg:deb/debian/openssl@3.0?distro=debian-12'],
    ['pkg:deb/debian/openssl?arch=arm64', 'pkg:deb/debian/openssl@3.0'],
    ['pkg:golang/github.com/rancher/fleet', 'pkg:golang/github.com/rancher/fleet/pkg/apis@1'],
    ['lodash', 'pkg:npm/lodash@4.17.20'],
  ])('%s is not %s', (stated, actual) => {
    expect(namesPackage(stated, actual)).toBe(false);
  });
});
