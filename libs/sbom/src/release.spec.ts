import { parsePurl } from './purl';
import { distroId, releaseOfPurl } from './release';

describe('releaseOfPurl', () => {
  it.each([
    ['pkg:deb/debian/x@1?distro=debian-12', { id: 'debian', versionId: '12' }],
    ['pkg:deb/debian/x@1?distro=debian-12.5', { id: 'debian', versionId: '12.5' }],
    ['pkg:deb/debian/x@1?distro=jessie', { id: 'debian', versionCodename: 'jessie' }],
    ['pkg:deb/debian/x@1?distro=debian-trixie', { id: 'debian', versionCodename: 'trixie' }],
    ['pkg:deb/ubuntu/x@1?distro=ubuntu-22.04', { id: 'ubuntu', versionId: '22.04' }],
    ['pkg:apk/alpine/x@1?distro=3.20.3', { id: 'alpine', versionId: '3.20.3' }],
    ['pkg:apk/alpine/x@1?distro=alpine-3.23_alpha20250612', { id: 'alpine', versionId: '3.23_alpha20250612' }],
    ['pkg:rpm/redhat/x@1?distro=redhat-9.3', { id: 'rhel', versionId: '9.3' }],
    ['pkg:rpm/opensuse/x@1?distro=opensuse-leap-15.5', { id: 'opensuse-leap', versionId: '15.5' }],
    ['pkg:rpm/amazon/x@1?distro=amazon-2%20(Karoo)', { id: 'amzn', versionId: '2 (Karoo)' }],
    ['pkg:apk/wolfi/x@1?distro=wolfi', { id: 'wolfi' }],
    ['pkg:deb/debian/x@1', { id: 'debian' }],
    ['pkg:deb/x@1', undefined],
  ])('%s', (purl, expected) => {
    const parsed = parsePurl(purl);
    if (parsed === undefined) throw new Error('no purl');
    expect(releaseOfPurl(parsed)).toEqual(expected);
  });

  it.each([
    ['Debian', 'debian'],
    ['redhat', 'rhel'],
    ['oracle', 'ol'],
    ['constructor', 'constructor'],
  ])('%s is %s', (name, id) => {
    expect(distroId(name)).toBe(id);
  });
});
