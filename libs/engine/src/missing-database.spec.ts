import { alpine320, apkInstalled, bookworm, dpkg, layered, npmPackage, type TarItem } from '@tidewaiter/testing';
import { inventoryOf } from './spec-images';

const status = 'var/lib/dpkg/status';
const installed: TarItem = { path: 'lib/apk/db/installed', content: apkInstalled('musl=1-r0') };
const missing = ['package-database-missing'];

async function problems(...layers: (readonly TarItem[])[]): Promise<readonly string[]> {
  return (await inventoryOf(layered(layers))).problems.map(({ code }) => code);
}

function osRelease(text: string): TarItem {
  return { path: 'etc/os-release', content: text };
}

/** In each of these dpkg-query lists nothing, or fails, and the programs of the packages are still there. */
const losses: readonly (readonly [string, TarItem])[] = [
  ['deleted', { path: 'var/lib/dpkg/.wh.status', content: '' }],
  ['deleted with its directory', { path: 'var/lib/.wh.dpkg', content: '' }],
  ['emptied', { path: status, content: '' }],
  ['replaced by a directory', { path: status, directory: true }],
  ['replaced by a device', { path: status, device: 'character' }],
  ['replaced by a link to nowhere', { path: status, symlink: '/dev/null' }],
];

describe('a package database that is gone', () => {
  it.each(losses)('is told: %s', async (_name, item) => {
    const inventory = await inventoryOf(layered([[bookworm, dpkg('bash=1')], [item]]));
    expect(inventory).toMatchObject({ complete: false, packages: [] });
    expect(inventory.problems).toEqual([
      {
        code: 'package-database-missing',
        message:
          'The image says that it is "debian 12", and no package database of it (dpkg) lists a package: it was deleted, ' +
          'emptied or left out. What is in the image of this distribution is not known and cannot be judged.',
      },
    ]);
  });

  it('is told whatever the package manager, and though packages of languages are found', async () => {
    expect(await problems([alpine320, installed], [{ path: 'lib/.wh.apk', content: '' }])).toEqual(missing);
    const rhel = osRelease('ID=rhel\nVERSION_ID=9.4\nPRETTY_NAME="Red Hat Enterprise Linux 9.4 (Plow)"\n');
    expect(await problems([rhel, npmPackage('node_modules/a')])).toEqual(missing);
    expect(await problems([osRelease('ID=arch\n')])).toEqual(missing);
    expect(await problems([osRelease('ID=ubuntu\nVERSION_ID="24.04"\n')])).toEqual(missing);
  });

  it('is told where another distribution’s is there', async () => {
    expect(await problems([bookworm, installed])).toEqual(['distro-unsupported', ...missing]);
  });
});

describe('an image of a distribution that is not known', () => {
  it('is told, though packages of languages are found', async () => {
    const gentoo = osRelease('ID=gentoo\nPRETTY_NAME="Gentoo Linux"\n');
    const portage = { path: 'var/db/pkg/dev-libs/openssl-3.0.9/PF', content: 'openssl-3.0.9\n' };
    const inventory = await inventoryOf(layered([[gentoo, portage, npmPackage('node_modules/a')]]));
    expect(inventory.problems).toEqual([
      {
        code: 'distro-unsupported',
        message:
          'The image says that it is "Gentoo Linux", a distribution that is not known here: what is in the image of it is not ' +
          'known and cannot be judged.',
      },
    ]);
    expect(await problems([osRelease('ID=buildroot\nVERSION_ID=2024.02\n')])).toEqual(['distro-unsupported']);
  });

  it('is told once where it has a database that is read', async () => {
    expect(await problems([osRelease('ID=void\nID_LIKE=debian\n'), dpkg('bash=1')])).toEqual(['distro-unsupported']);
  });
});

describe('an image whose packages are all found', () => {
  it('is not said to miss a database: one that never had one, or has it elsewhere', async () => {
    expect(await problems([npmPackage('node_modules/a')])).toEqual([]);
    expect(await problems([bookworm, dpkg('base-files=12', 'var/lib/dpkg/status.d/base-files')])).toEqual([]);
    const inventory = {
      Content: [{ Name: 'kernel-6.1', Version: '6.1.90', Release: '1.fc40', Architecture: 'x86_64' }],
    };
    const bottlerocket = {
      path: 'usr/share/bottlerocket/application-inventory.json',
      content: JSON.stringify(inventory),
    };
    expect(await problems([osRelease('ID=bottlerocket\nVERSION_ID=1.20.0\n'), bottlerocket])).toEqual([]);
  });

  it('is not said to miss one that is there and cannot be read: that is a problem of its own', async () => {
    const database = { path: 'var/lib/rpm/Packages', content: 'no database' };
    expect(await problems([osRelease('ID=fedora\nVERSION_ID=40\n'), database])).toEqual(['rpm-database-unknown']);
  });
});
