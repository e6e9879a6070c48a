import { extracted } from '../spec-extraction';
import { opkg } from './opkg';

const status = `Package: busybox
Version: 1.36.1-1
Depends: libc
Status: install user installed
Essential: yes
Architecture: aarch64_cortex-a53
Conffiles:
 /etc/syslog.conf 0123456789abcdef
Installed-Time: 1700000000

Package: removed
Version: 1
Status: deinstall ok not-installed
Architecture: all

`;

describe('the opkg database', () => {
  it('gives what is installed', async () => {
    expect(await extracted(opkg, 'usr/lib/opkg/status', status)).toEqual({
      packages: [{ name: 'busybox', version: '1.36.1-1', architecture: 'aarch64_cortex-a53' }],
      problems: [],
    });
  });

  it('is also read from control files', async () => {
    const control =
      'Package: zlib\r\nVersion: 1.3.1-1\r\nSource: package/libs/zlib\r\nSourceName: zlib\r\nLicense: Zlib\r\nArchitecture: all\r\n';
    expect((await extracted(opkg, 'lib/opkg/info/zlib.control', control)).packages).toEqual([
      { name: 'zlib', version: '1.3.1-1', architecture: 'all', licenses: ['Zlib'] },
    ]);
  });

  it('names owned files, with or without what Yocto adds', async () => {
    const list =
      '/usr/bin/x\t0100755\n/usr/lib/node_modules/a/package.json\t0100644\n/usr/lib/node_modules/b/package.json\n';
    expect((await extracted(opkg, 'var/lib/opkg/info/npm.list', list)).ownedFiles).toEqual([
      { name: 'npm', paths: ['usr/lib/node_modules/a/package.json', 'usr/lib/node_modules/b/package.json'] },
    ]);
  });

  it('says which entry is none', async () => {
    const { packages, problems } = await extracted(
      opkg,
      'usr/lib/opkg/status',
      'Package: a\n\nPackage: b\nVersion: 1\n',
    );
    expect([packages.map((pkg) => pkg.name), problems.map((problem) => problem.code)]).toEqual([
      ['b'],
      ['opkg-stanza-incomplete'],
    ]);
  });
});
