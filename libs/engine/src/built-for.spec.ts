import { elfBytes, noteBytes } from '@tidewaiter/formats';
import { alpine320, apkInstalled, bookworm, dpkg, layered, type TarItem } from '@tidewaiter/testing';
import { inventoryOf } from './spec-images';

function program(note: object, path = 'usr/bin/x'): TarItem {
  const content = noteBytes('FDO', 0xcafe1a7e, Buffer.from(JSON.stringify(note)));
  return { path, content: elfBytes({ sections: [{ name: '.note.package', content, type: 7 }] }), mode: 0o755 };
}

const fedora = { type: 'rpm', name: 'bash', version: '5.2.26-3.fc40', osCpe: 'cpe:/o:fedoraproject:fedora:40' };
const debian = { type: 'deb', os: 'Debian', name: 'systemd', version: '252.38-1~deb12u1', architecture: 'amd64' };

const musl: TarItem = { path: 'lib/apk/db/installed', content: apkInstalled('musl=1-r0') };
const muslPurl = 'pkg:apk/alpine/musl@1-r0?arch=x86_64&distro=alpine-3.20.3';

async function purls(...items: TarItem[]): Promise<readonly string[]> {
  const { packages, problems } = await inventoryOf(layered([items]));
  return [...packages.map(({ purl }) => purl), ...problems.map(({ code }) => code)];
}

describe('a program that says which distro’s package it is of', () => {
  it('is of that one, in an image that is another or none', async () => {
    const expected = ['pkg:rpm/fedora/bash@5.2.26-3.fc40?distro=fedora-40'];
    expect(await purls(program(fedora))).toEqual(expected);
    expect(await purls(alpine320, musl, program(fedora))).toEqual([muslPurl, ...expected]);
  });

  it('is of the image’s release where it states none of its own', async () => {
    const purl = 'pkg:deb/debian/systemd@252.38-1~deb12u1?arch=amd64';
    expect(await purls(bookworm, dpkg('bash=1'), program(debian))).toEqual([
      'pkg:deb/debian/bash@1?arch=amd64&distro=debian-12',
      `${purl}&distro=debian-12`,
    ]);
    expect(await purls(alpine320, musl, program(debian))).toEqual([muslPurl, purl]);
  });

  it('is not listed again where a package of the image brought it', async () => {
    const list = { path: 'var/lib/dpkg/info/udev.list', content: '/usr/bin/x\n' };
    expect(await purls(bookworm, dpkg('udev=252'), list, program(debian))).toEqual([
      'pkg:deb/debian/udev@252?arch=amd64&distro=debian-12',
    ]);
  });

  it('cannot be judged where nobody knows that distro', async () => {
    expect(await purls(program({ ...debian, os: 'Somebody' }))).toEqual([
      'pkg:deb/somebody/systemd@252.38-1~deb12u1?arch=amd64',
      'distro-unsupported',
    ]);
  });
});
