import { layered, type TarItem } from '@tidewaiter/testing';
import { inventoryOf } from '../spec-images';
import type { Release } from '@tidewaiter/contracts';
import { defaultExtractLimits, extractors, layerFileOf } from '@tidewaiter/extractors';
import { chooseRelease, releasePaths } from './choose-release';

const osRelease = extractors.find((extractor) => extractor.id === 'os-release');

/** The release of an image that has these files, as they are in the distributions. */
async function releaseOf(files: Readonly<Record<string, string>>): Promise<Release | undefined> {
  const stated = new Map<string, Release | undefined>();
  for (const [path, content] of Object.entries(files)) {
    const context = { wantsOwner: () => false, limits: defaultExtractLimits };
    stated.set(path, (await osRelease?.extract(layerFileOf(path, Buffer.from(content)), context))?.release);
  }
  return chooseRelease((path) => stated.get(path));
}

describe('chooseRelease', () => {
  it('asks for exactly the files that are read', () => {
    const read = osRelease?.files.map((selector) => ('path' in selector ? selector.path : ''));
    expect([...releasePaths].sort()).toEqual([...(read ?? [])].sort());
  });

  it.each<[string, Record<string, string>, Partial<Release>]>([
    [
      'Oracle Linux has a redhat-release too',
      {
        'etc/oracle-release': 'Oracle Linux Server release 8.9\n',
        'etc/redhat-release': 'Red Hat Enterprise Linux release 8.9 (Ootpa)\n',
      },
      { id: 'ol', versionId: '8.9' },
    ],
    [
      'Ubuntu has a debian_version too',
      {
        'etc/debian_version': 'jessie/sid\n',
        'etc/lsb-release':
          'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\nDISTRIB_DESCRIPTION="Ubuntu 14.04.6 LTS"\n',
      },
      { id: 'ubuntu', versionId: '14.04', versionCodename: 'trusty', prettyName: 'Ubuntu 14.04.6 LTS' },
    ],
    [
      'Manjaro has an arch-release too',
      { 'etc/arch-release': 'Manjaro Linux\n', 'etc/lsb-release': 'DISTRIB_ID=ManjaroLinux\nDISTRIB_RELEASE=24.0\n' },
      { id: 'manjarolinux', versionId: '24.0' },
    ],
    ['Arch says it by an empty file', { 'etc/arch-release': '' }, { id: 'arch' }],
    [
      'Amazon is like CentOS and is not CentOS',
      {
        'etc/os-release': 'NAME="Amazon Linux"\nVERSION="2"\nID="amzn"\nID_LIKE="centos rhel fedora"\nVERSION_ID="2"\n',
        'etc/system-release': 'Amazon Linux release 2 (Karoo)\n',
      },
      { id: 'amzn', versionId: '2' },
    ],
    [
      'Amazon Linux 1 without os-release',
      { 'etc/system-release': 'Amazon Linux AMI release 2018.03\n' },
      { id: 'amzn', versionId: '2018.03' },
    ],
    [
      'CentOS 6 had no os-release',
      { 'etc/centos-release': 'CentOS release 6.10 (Final)\n', 'etc/system-release-cpe': 'cpe:/o:centos:linux:6:GA\n' },
      { id: 'centos', versionId: '6.10' },
    ],
    [
      'only the CPE is left',
      { 'etc/system-release-cpe': 'cpe:/o:redhat:enterprise_linux:6server:ga:server\n' },
      { id: 'rhel', versionId: '6' },
    ],
    [
      'a CPE of the newer form',
      { 'etc/system-release-cpe': 'cpe:2.3:o:amazon:amazon_linux:2\n' },
      { id: 'amzn', versionId: '2' },
    ],
    [
      'RHEL 6 had no os-release',
      { 'etc/redhat-release': 'Red Hat Enterprise Linux Server release 6.10 (Santiago)\n' },
      { id: 'rhel', versionId: '6.10' },
    ],
    [
      'CentOS Stream is told by its name',
      { 'etc/centos-release': 'CentOS Stream release 9\n' },
      { id: 'centos', versionId: '9', prettyName: 'CentOS Stream release 9' },
    ],
    [
      'Rocky Linux',
      { 'etc/rocky-release': 'Rocky Linux release 9.3 (Blue Onyx)\n' },
      { id: 'rocky', versionId: '9.3' },
    ],
    [
      'AlmaLinux',
      { 'etc/almalinux-release': 'AlmaLinux release 9.4 (Seafoam Ocelot)\n' },
      { id: 'almalinux', versionId: '9.4' },
    ],
    ['Fedora', { 'etc/fedora-release': 'Fedora release 40 (Forty)\n' }, { id: 'fedora', versionId: '40' }],
    [
      'SLES 11 keeps its service pack on a line of its own',
      { 'etc/SuSE-release': 'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n' },
      { id: 'sles', versionId: '11.4' },
    ],
    [
      'openSUSE 13.2',
      { 'etc/SuSE-release': 'openSUSE 13.2 (x86_64)\nVERSION = 13.2\n' },
      { id: 'opensuse', versionId: '13.2' },
    ],
    [
      'Photon',
      { 'etc/photon-release': 'VMware Photon OS 5.0\nPHOTON_BUILD_NUMBER=dde71ec57\n' },
      { id: 'photon', versionId: '5.0' },
    ],
    [
      'CBL-Mariner',
      { 'etc/mariner-release': 'CBL-Mariner 2.0.20240123\nMARINER_BUILD_NUMBER=1\n' },
      { id: 'mariner', versionId: '2.0.20240123' },
    ],
    ['Alpine', { 'etc/alpine-release': '3.20.3\n' }, { id: 'alpine', versionId: '3.20.3' }],
    [
      'Bottlerocket in its own tree',
      { 'x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release': 'ID=bottlerocket\nVERSION_ID=1.20.0\n' },
      { id: 'bottlerocket', versionId: '1.20.0' },
    ],
    [
      'an os-release that names nothing',
      { 'etc/os-release': 'NAME=x\n', 'etc/alpine-release': '3.18.4\n' },
      { id: 'alpine', versionId: '3.18.4' },
    ],
    ['nothing but an os-release that names nothing', { 'etc/os-release': 'NAME=x\n' }, { id: 'linux' }],
    [
      'sid shares its codename with testing',
      { 'etc/os-release': 'ID=debian\nVERSION_CODENAME=trixie\n', 'etc/debian_version': 'trixie/sid\n' },
      { id: 'debian', versionCodename: 'sid' },
    ],
    [
      'a version that os-release left out',
      { 'usr/lib/os-release': 'ID=debian\n', 'etc/debian_version': '12.5\n' },
      { id: 'debian', versionId: '12' },
    ],
    [
      'trap 36: one edge line among the repositories makes the image no edge',
      {
        'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.3\n',
        'etc/apk/repositories': 'https://dl-cdn.alpinelinux.org/alpine/edge/main\n',
      },
      { id: 'alpine', versionId: '3.20.3' },
    ],
    [
      'the repositories tell the branch where nothing else does, but for those behind a tag',
      {
        'etc/os-release': 'ID=alpine\n',
        'etc/apk/repositories':
          'https://dl-cdn.alpinelinux.org/alpine/v3.19/main\n@edge https://dl-cdn.alpinelinux.org/alpine/edge/testing\n',
      },
      { id: 'alpine', versionId: '3.19' },
    ],
    [
      'repositories that disagree tell nothing',
      {
        'etc/os-release': 'ID=alpine\n',
        'etc/apk/repositories':
          'https://dl-cdn.alpinelinux.org/alpine/v3.19/main\nhttps://dl-cdn.alpinelinux.org/alpine/edge/main\n',
      },
      { id: 'alpine' },
    ],
    [
      'what Ubuntu Pro is attached to',
      {
        'etc/os-release': 'ID=ubuntu\nVERSION_ID="18.04"\n',
        'var/lib/ubuntu-advantage/status.json':
          '{"services":[{"name":"fips","status":"n/a"},{"name":"esm-infra","status":"enabled"},{"name":"esm-apps","status":"enabled"}]}',
      },
      { id: 'ubuntu', versionId: '18.04', support: ['esm-apps', 'esm-infra'] },
    ],
  ])('%s', async (_case, files, expected) => {
    const release = await releaseOf(files);
    expect(release).toMatchObject(expected);
    expect(release?.versionId).toBe(expected.versionId);
  });

  it('is nothing where nothing is said', async () => {
    expect(await releaseOf({})).toBeUndefined();
    expect(await releaseOf({ 'var/lib/ubuntu-advantage/status.json': '{"services":[]}' })).toBeUndefined();
  });
});

describe('a Red Hat image', () => {
  const rhel = { path: 'etc/os-release', content: 'ID="rhel"\nVERSION_ID="9.2"\n' };
  const manifest = (...sets: string[]): TarItem => ({
    path: 'root/buildinfo/content_manifests/ubi9.json',
    content: JSON.stringify({ metadata: { icm_version: 1 }, content_sets: sets }),
  });

  it('follows a line of extended support where its content sets are of one (trap 8)', async () => {
    const usual = await inventoryOf(layered([[rhel, manifest('rhel-9-for-x86_64-baseos-rpms')]]));
    expect(usual.image.os).toEqual({ id: 'rhel', versionId: '9.2' });
    const extended = await inventoryOf(layered([[rhel], [manifest('rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2')]]));
    expect(extended.image.os).toEqual({ id: 'rhel', versionId: '9.2', support: ['eus'] });
  });
});
