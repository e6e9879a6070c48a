import { PackageURL } from 'packageurl-js';
import { parsePurl } from './purl';

describe('parsePurl', () => {
  it.each([
    'pkg:deb/debian/attr@1:2.5.1-4?arch=amd64&distro=debian-12',
    'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&upstream=gcc-12%4012.2.0-14',
    'pkg:npm/%40scope/name@1.0.0',
    'pkg:golang/github.com/gorilla/mux@v1.8.0#sub/path',
    'pkg:maven/org.apache.commons/io@1.3.4?classifier=sources&type=jar',
    'pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25&epoch=1',
    'pkg:pypi/django',
    'pkg:swift/github.com/apple/swift-log@1.5.0',
  ])('reads %s as packageurl-js does', (text) => {
    const expected = PackageURL.fromString(text);
    const parsed = parsePurl(text);
    expect(parsed).toMatchObject({ type: expected.type, name: expected.name });
    expect(parsed?.namespace ?? null).toBe(expected.namespace ?? null);
    expect(parsed?.version ?? null).toBe(expected.version ?? null);
    expect(Object.fromEntries(parsed?.qualifiers ?? [])).toEqual({ ...expected.qualifiers });
  });

  it.each([
    ['pkg:npm/@angular/core', { namespace: '@angular', name: 'core', version: undefined }],
    ['pkg:npm/@angular/core@1.0.0', { namespace: '@angular', name: 'core', version: '1.0.0' }],
    ['pkg://npm/lodash@1', { type: 'npm', name: 'lodash', version: '1' }],
    ['PKG:NPM/lodash@1', undefined],
    ['pkg:Deb/debian/100%@1', { type: 'deb', name: '100%' }],
  ])('reads %s, which tools write', (text, expected) => {
    if (expected === undefined) expect(parsePurl(text)).toBeUndefined();
    else expect(parsePurl(text)).toMatchObject(expected);
  });

  it.each(['', 'pkg:', 'pkg:npm', 'pkg:npm/', 'npm/lodash@1', `pkg:npm/${'a'.repeat(20_000)}@1`])(
    'refuses %.30s',
    (text) => {
      expect(parsePurl(text)).toBeUndefined();
    },
  );
});
