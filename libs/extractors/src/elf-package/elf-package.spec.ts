import { elfBytes, noteBytes } from '@tidewaiter/formats';
import { extracted } from '../spec-extraction';
import { elfPackage } from './elf-package';

function program(json: string, { owner = 'FDO', type = 0xcafe1a7e } = {}): Buffer {
  const content = noteBytes(owner, type, Buffer.from(`${json}\0`));
  return elfBytes({ sections: [{ name: '.note.package', content, type: 7 }] });
}

async function packages(content: Buffer): Promise<unknown> {
  return (await extracted(elfPackage, 'usr/bin/x', content)).packages;
}

describe('a program that says which package it is of', () => {
  it('as Debian 12 does: without a release', async () => {
    const note =
      '{"type":"deb","os":"Debian","name":"systemd","version":"252.38-1~deb12u1","architecture":"amd64","debugInfoUrl":"https://debuginfod.debian.net"}';
    expect(await packages(program(note))).toEqual([
      {
        name: 'systemd',
        version: '252.38-1~deb12u1',
        architecture: 'amd64',
        source: { name: 'systemd', version: '252.38-1~deb12u1' },
        builtFor: { database: 'dpkg', release: { id: 'debian' } },
      },
    ]);
  });

  it('as the specification has it: with a release, in words or as a CPE', async () => {
    const source = { name: 'coreutils', version: '4711.0815.fc13' };
    const common = '"type":"rpm","name":"coreutils","version":"4711.0815.fc13","architecture":"arm32"';
    const expected = { ...source, architecture: 'arm32', source };
    const release = { id: 'fedora', versionId: '33' };
    expect(await packages(program(`{${common},"os":"fedora","osVersion":"33"}`))).toEqual([
      { ...expected, builtFor: { database: 'rpm', release } },
    ]);
    expect(await packages(program(`{${common},"osCpe":"cpe:/o:fedoraproject:fedora:33"}`))).toEqual([
      { ...expected, builtFor: { database: 'rpm', release } },
    ]);
    expect(await packages(program(`{${common}}`))).toEqual([{ ...expected, builtFor: { database: 'rpm' } }]);
  });

  it.each([
    ['is of another owner', program('{"type":"rpm","name":"a","version":"1"}', { owner: 'GNU' })],
    ['is of another type', program('{"type":"rpm","name":"a","version":"1"}', { type: 3 })],
    ['names no package', program('{"type":"rpm","version":"1"}')],
    ['is of an unknown kind of package', program('{"type":"flatpak","name":"a","version":"1"}')],
    ['is no JSON', program('{')],
    ['is a list', program('[]')],
  ])('says nothing with a note that %s', async (_what, content) => {
    expect(await packages(content)).toEqual([]);
  });
});
