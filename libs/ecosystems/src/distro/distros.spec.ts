import type { ExtractedPackage } from '@tidewaiter/contracts';
import { PackageURL } from 'packageurl-js';
import { isReleaseMissing } from '../registry';
import { rpmCases } from './spec-rpm-cases';
import { identified, keysOf, type DistroCase } from './spec-identify';

const openssl: ExtractedPackage = {
  name: 'libcrypto3',
  version: '3.3.2-r0',
  architecture: 'x86_64',
  source: { name: 'openssl', version: '3.3.2-r0' },
};
const bash = deb('bash', '5.1-6', 'bash');

const apkCases: readonly DistroCase[] = [
  [
    'ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n',
    openssl,
    'Alpine:v3.20',
    'pkg:apk/alpine/libcrypto3@3.3.2-r0?arch=x86_64&distro=alpine-3.20.3',
    ['Alpine:v3.20 openssl', 'Alpine:v3.20 libcrypto3'],
  ],
  [
    'ID=alpine\nVERSION_ID=3.23_alpha20250612\nPRETTY_NAME="Alpine Linux edge"\n',
    { name: 'musl', version: '1.2.5-r0' },
    'Alpine:edge',
    'pkg:apk/alpine/musl@1.2.5-r0?distro=alpine-3.23_alpha20250612',
    ['Alpine:edge musl'],
  ],
  [
    'ID=alpine\nVERSION_ID=3.22.0_alpha20250108\nPRETTY_NAME="Alpine Linux edge"\n',
    { name: 'musl', version: '1.2.5-r0' },
    'Alpine:edge',
    'pkg:apk/alpine/musl@1.2.5-r0?distro=alpine-3.22.0_alpha20250108',
    ['Alpine:edge musl'],
  ],
  [
    'ID=postmarketos\nID_LIKE=alpine\nVERSION_ID="v24.12"\n',
    { name: 'musl', version: '1.2.5-r8' },
    'Alpine:v3.21',
    'pkg:apk/postmarketos/musl@1.2.5-r8?distro=postmarketos-v24.12',
    ['Alpine:v3.21 musl'],
  ],
  [
    'ID=wolfi\nVERSION_ID="20230201"\n',
    { name: 'busybox', version: '1.36.1-r2' },
    'Wolfi',
    'pkg:apk/wolfi/busybox@1.36.1-r2?distro=wolfi-20230201',
    ['Wolfi busybox'],
  ],
  [
    'ID=chainguard\nVERSION_ID="20230214"\n',
    openssl,
    'Chainguard',
    'pkg:apk/chainguard/libcrypto3@3.3.2-r0?arch=x86_64&distro=chainguard-20230214',
    ['Chainguard openssl', 'Chainguard libcrypto3'],
  ],
  [
    'ID=minimos\nVERSION_ID="20241031"\n',
    { name: 'musl', version: '1.2.5-r0' },
    'MinimOS',
    'pkg:apk/minimos/musl@1.2.5-r0?distro=minimos-20241031',
    ['MinimOS musl'],
  ],
  [
    'NAME="BellSoft Alpaquita Linux"\nID=alpaquita\nID_LIKE=alpine\nVERSION_ID=stream\n',
    { name: 'expat', version: '2.7.2-r0' },
    'Alpaquita:stream',
    'pkg:apk/alpaquita/expat@2.7.2-r0?distro=alpaquita-stream',
    ['Alpaquita:stream expat'],
  ],
  [
    'ID=bellsoft-hardened-containers\nVERSION_ID=25\n',
    { name: 'expat', version: '2.7.2-r0' },
    'BellSoft Hardened Containers:25',
    'pkg:apk/bellsoft-hardened-containers/expat@2.7.2-r0?distro=bellsoft-hardened-containers-25',
    ['BellSoft Hardened Containers:25 expat'],
  ],
];

const debCases: readonly DistroCase[] = [
  [
    'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
    { ...deb('libssl3', '3.0.11-1~deb12u2', 'openssl'), architecture: 'amd64' },
    'Debian:12',
    'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12',
    ['Debian:12 openssl'],
  ],
  [
    'ID=debian\nVERSION_CODENAME=trixie\n',
    deb('attr', '1:2.4.47-2+b1', 'attr'),
    'Debian:13',
    'pkg:deb/debian/attr@1:2.4.47-2%2Bb1?distro=debian-13',
    ['Debian:13 attr'],
  ],
  [
    'ID=raspbian\nID_LIKE=debian\nVERSION_ID="12"\n',
    deb('libssl3', '3.0.11-1~deb12u2', 'openssl'),
    'Debian:12',
    'pkg:deb/raspbian/libssl3@3.0.11-1~deb12u2?distro=raspbian-12',
    ['Debian:12 openssl'],
  ],
  [
    'ID=raspbian\nID_LIKE=debian\nVERSION_ID="12"\n',
    deb('libssl3', '3.0.11-1~deb12u2+rpt1', 'openssl'),
    'Raspbian:12',
    'pkg:deb/raspbian/libssl3@3.0.11-1~deb12u2%2Brpt1?distro=raspbian-12',
    ['Raspbian:12 openssl'],
  ],
  [
    'ID=devuan\nID_LIKE=debian\nVERSION_ID="5"\nVERSION_CODENAME="daedalus"\n',
    bash,
    'Debian:12',
    'pkg:deb/devuan/bash@5.1-6?distro=devuan-5',
    ['Debian:12 bash'],
  ],
  [
    'ID=devuan\nID_LIKE=debian\nVERSION_ID="5"\n',
    deb('dbus', '1.14.8-2devuan1', 'dbus'),
    'Devuan:5',
    'pkg:deb/devuan/dbus@1.14.8-2devuan1?distro=devuan-5',
    ['Devuan:5 dbus'],
  ],
  [
    'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n',
    bash,
    'Ubuntu:24.04:LTS',
    'pkg:deb/linuxmint/bash@5.1-6?distro=linuxmint-22',
    ['Ubuntu:24.04:LTS bash', 'Ubuntu:24.04 bash', 'Ubuntu:Pro:24.04:LTS bash'],
  ],
  [
    'ID=linuxmint\nID_LIKE=debian\nVERSION_ID="6"\nVERSION_CODENAME=faye\nDEBIAN_CODENAME=bookworm\n',
    bash,
    'Debian:12',
    'pkg:deb/linuxmint/bash@5.1-6?distro=linuxmint-6',
    ['Debian:12 bash'],
  ],
  [
    'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n',
    deb('cinnamon', '6.2.9+wilma', 'cinnamon'),
    'Linux Mint:22',
    'pkg:deb/linuxmint/cinnamon@6.2.9%2Bwilma?distro=linuxmint-22',
    ['Linux Mint:22 cinnamon'],
  ],
  [
    'ID=pop\nID_LIKE="ubuntu debian"\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\nUBUNTU_CODENAME=jammy\n',
    bash,
    'Ubuntu:22.04:LTS',
    'pkg:deb/pop/bash@5.1-6?distro=pop-22.04',
    ['Ubuntu:22.04:LTS bash', 'Ubuntu:22.04 bash', 'Ubuntu:Pro:22.04:LTS bash'],
  ],
  [
    'ID=pop\nID_LIKE="ubuntu debian"\nVERSION_ID="22.04"\n',
    deb('systemd', '249.11-0ubuntu3.12pop0~1716499404~22.04~34d1ac5', 'systemd'),
    'Pop!_OS:22.04',
    'pkg:deb/pop/systemd@249.11-0ubuntu3.12pop0~1716499404~22.04~34d1ac5?distro=pop-22.04',
    ['Pop!_OS:22.04 systemd'],
  ],
  [
    'ID=kali\nID_LIKE=debian\nVERSION_ID="2024.2"\nVERSION_CODENAME=kali-rolling\n',
    bash,
    'Kali Linux',
    'pkg:deb/kali/bash@5.1-6?distro=kali-2024.2',
    ['Kali Linux bash'],
  ],
  [
    'ID=echo\nVERSION_ID="1"\n',
    { ...bash, version: '5.2.15-2+e1' },
    'Echo',
    'pkg:deb/echo/bash@5.2.15-2%2Be1?distro=echo-1',
    ['Echo bash'],
  ],
];

const jammy = 'ID=ubuntu\nVERSION_ID="22.04"\n';
const ubuntuCases: readonly DistroCase[] = [
  [
    jammy,
    { ...bash, architecture: 'arm64' },
    'Ubuntu:22.04:LTS',
    'pkg:deb/ubuntu/bash@5.1-6?arch=arm64&distro=ubuntu-22.04',
    ['Ubuntu:22.04:LTS bash', 'Ubuntu:22.04 bash', 'Ubuntu:Pro:22.04:LTS bash'],
  ],
  [
    'ID=ubuntu\nVERSION_ID="24.10"\n',
    bash,
    'Ubuntu:24.10',
    'pkg:deb/ubuntu/bash@5.1-6?distro=ubuntu-24.10',
    ['Ubuntu:24.10 bash'],
  ],
  [
    'ID=ubuntu\nVERSION_ID="18.04"\n',
    deb('bash', '4.4.18-2ubuntu1.3+esm1', 'bash'),
    'Ubuntu:Pro:18.04:LTS',
    'pkg:deb/ubuntu/bash@4.4.18-2ubuntu1.3%2Besm1?distro=ubuntu-18.04',
    ['Ubuntu:Pro:18.04:LTS bash', 'Ubuntu:18.04:LTS bash', 'Ubuntu:18.04 bash'],
  ],
  [
    jammy,
    deb('libssl3', '3.0.2-0ubuntu1.12+Fips1', 'openssl'),
    'Ubuntu:Pro:FIPS:22.04:LTS',
    'pkg:deb/ubuntu/libssl3@3.0.2-0ubuntu1.12%2BFips1?distro=ubuntu-22.04',
    ['Ubuntu:Pro:FIPS:22.04:LTS openssl', 'Ubuntu:Pro:FIPS-updates:22.04:LTS openssl'],
  ],
];

/** A chiselled image does not state sources. */
const chiselledCase: DistroCase = [
  'ID=ubuntu\nVERSION_ID="24.10"\n',
  { name: 'libc6', version: '2.40-1ubuntu3', architecture: 'amd64' },
  'Ubuntu:24.10',
  'pkg:deb/ubuntu/libc6@2.40-1ubuntu3?arch=amd64&distro=ubuntu-24.10',
  ['Ubuntu:24.10 libc6'],
];

const archCase: DistroCase = [
  'NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\n',
  {
    name: 'gcc-libs',
    version: '14.1.1+r1+g43b730b9134-1',
    architecture: 'x86_64',
    source: { name: 'gcc', version: '14.1.1+r1+g43b730b9134-1' },
  },
  'Arch Linux',
  'pkg:alpm/arch/gcc-libs@14.1.1%2Br1%2Bg43b730b9134-1?arch=x86_64&distro=arch',
  ['Arch Linux gcc', 'Arch Linux gcc-libs'],
];

const openwrtCase: DistroCase = [
  'NAME="OpenWrt"\nVERSION="23.05.3"\nID="openwrt"\nID_LIKE="lede openwrt"\nVERSION_ID="23.05.3"\n',
  { name: 'busybox', version: '1.36.1-1', architecture: 'x86_64' },
  'OpenWrt:23.05',
  'pkg:opkg/openwrt/busybox@1.36.1-1?arch=x86_64&distro=openwrt-23.05.3',
  ['OpenWrt:23.05 busybox'],
];

const bottlerocketCase: DistroCase = [
  'NAME=Bottlerocket\nID=bottlerocket\nVERSION="1.20.0 (aws-k8s-1.30)"\nVERSION_ID=1.20.0\n',
  { name: 'containerd', version: '1:1.7.17-1.br1', architecture: 'x86_64' },
  'Bottlerocket',
  'pkg:rpm/bottlerocket/containerd@1.7.17-1.br1?arch=x86_64&distro=bottlerocket-1.20.0&epoch=1',
  ['Bottlerocket containerd'],
];

describe('identify and lookupKeys', () => {
  it.each<readonly [string, DistroCase]>([
    ...apkCases.map((each): readonly [string, DistroCase] => ['apk', each]),
    ...debCases.map((each): readonly [string, DistroCase] => ['dpkg', each]),
    ...ubuntuCases.map((each): readonly [string, DistroCase] => ['dpkg', each]),
    ['chisel', chiselledCase],
    ['bottlerocket', bottlerocketCase],
    ['pacman', archCase],
    ['opkg', openwrtCase],
    ...rpmCases.map((each): readonly [string, DistroCase] => ['rpm', each]),
  ])('%s: %j', async (extractor, [lines, extracted, ecosystem, purl, keys]) => {
    const pkg = await identified(extractor, lines, extracted);
    expect(pkg).toMatchObject({ ecosystem, purl, name: extracted.name, version: extracted.version });
    expect(keysOf(pkg)).toEqual(keys);
    expect(pkg === undefined || isReleaseMissing(pkg)).toBe(false);
    // The specification's own reader sees the same.
    const { type, namespace, name, version, qualifiers } = PackageURL.fromString(purl);
    expect(new PackageURL(type, namespace, name, version, qualifiers, undefined).toString()).toBe(
      PackageURL.fromString(pkg?.purl ?? '').toString(),
    );
    expect(qualifiers?.['distro']).toBeDefined();
  });

  it.each([
    ['dpkg', 'ID=debian\nVERSION_CODENAME=sid\n', 'Debian', 'Debian:12'],
    ['dpkg', 'ID=debian\n', 'Debian', 'Debian:13'],
    ['dpkg', 'ID=ubuntu\n', 'Ubuntu', 'Ubuntu:22.04:LTS'],
    ['dpkg', 'ID=raspbian\n', 'Debian', 'Debian:12'],
    ['apk', 'ID=alpine\nVERSION_ID=unknown\n', 'Alpine', 'Alpine:v3.20'],
    ['apk', 'ID=postmarketos\n', 'Alpine', 'Alpine:edge'],
    ['apk', 'ID=alpaquita\n', 'Alpaquita', 'Alpaquita:23'],
    ['rpm', 'ID=rhel\n', 'Red Hat', 'Red Hat:enterprise_linux:9::baseos'],
    ['rpm', 'ID=rocky\n', 'Rocky Linux', 'Rocky Linux:9'],
    ['rpm', 'ID=amzn\n', 'Amazon Linux', 'Amazon Linux:2023'],
    ['rpm', 'ID=sles\n', 'SUSE', 'SUSE:Linux Enterprise Module for Basesystem 15 SP6'],
    ['rpm', 'ID=opensuse-leap\n', 'openSUSE', 'openSUSE:Leap 15.6'],
    ['rpm', 'ID=photon\n', 'Photon OS', 'Photon OS:5.0'],
    ['rpm', 'ID=openEuler\n', 'openEuler', 'openEuler:22.03-LTS-SP4'],
    ['rpm', 'ID=mariner\n', 'Azure Linux', 'Azure Linux:2'],
  ])('%s in %j has no release, and is looked up in all of them', async (extractor, lines, ecosystem, among) => {
    const pkg = await identified(extractor, lines, { name: 'bash', version: '5' });
    expect(pkg?.ecosystem).toBe(ecosystem);
    expect(pkg !== undefined && isReleaseMissing(pkg)).toBe(true);
    expect(keysOf(pkg)).toContain(`${among} bash`);
  });

  it('asks for something where a derivative says nothing of its base, so that silence is no answer', async () => {
    const pkg = await identified('dpkg', 'ID=linuxmint\n', bash);
    expect(keysOf(pkg)).toEqual(['Linux Mint bash']);
  });

  it('does not need a release where the distro has none', () => {
    expect(isReleaseMissing({ ecosystem: 'Wolfi' })).toBe(false);
    expect(isReleaseMissing({ ecosystem: 'npm' })).toBe(false);
  });
});

describe('traps', () => {
  it('a rebuilt binary fixes nothing: the version of its source is kept', async () => {
    const pkg = await identified('dpkg', 'ID=debian\nVERSION_ID="12"\n', {
      name: 'foo',
      version: '1.2-3+b1',
      source: { name: 'foo', version: '1.2-3' },
    });
    expect(pkg?.source).toEqual({ name: 'foo', version: '1.2-3' });
  });

  it('Alpine: parallel versions share their origin, so the package’s own name is asked too (trap 32)', async () => {
    const pkg = await identified('apk', 'ID=alpine\nVERSION_ID=3.17.1\n', {
      name: 'openssl1.1-compat-libs',
      version: '1.1.1t-r3',
      source: { name: 'openssl1.1-compat', version: '1.1.1t-r3' },
    });
    expect(keysOf(pkg)).toEqual(['Alpine:v3.17 openssl1.1-compat', 'Alpine:v3.17 openssl1.1-compat-libs']);
  });

  it('Ubuntu: certified builds are compared with the certified line alone (trap 38)', async () => {
    const fips = await identified('dpkg', jammy, deb('libssl3', '3.0.2-0ubuntu1.12+Fips1', 'openssl'));
    expect(keysOf(fips).filter((key) => !key.startsWith('Ubuntu:Pro:FIPS'))).toEqual([]);
  });

  it.each(['8.12.1-1ubuntu0.1~esm1', '8.12.1-1ubuntu0.1+esm1'])(
    'Ubuntu: %s, of extended support, is asked for in the archive too, which may have a later fix (trap 37)',
    async (version) => {
      const esm = await identified('dpkg', jammy, deb('libvips42', version, 'vips'));
      expect(esm?.ecosystem).toBe('Ubuntu:Pro:22.04:LTS');
      expect(keysOf(esm)).toEqual(['Ubuntu:Pro:22.04:LTS vips', 'Ubuntu:22.04:LTS vips', 'Ubuntu:22.04 vips']);
    },
  );

  it('SUSE: what one product gets says nothing of another (trap 56)', async () => {
    const micro = await identified(
      'rpm',
      'ID="sle-micro"\nVERSION_ID="5.5"\nPRETTY_NAME="SUSE Linux Enterprise Micro 5.5"\n',
      rpmPackage('bash'),
    );
    const server = await identified(
      'rpm',
      'ID="sles"\nVERSION_ID="15.6"\nPRETTY_NAME="SUSE Linux Enterprise Server 15 SP6"\n',
      rpmPackage('bash'),
    );
    expect(keysOf(micro)).toEqual(['SUSE:Linux Enterprise Micro 5.5 bash']);
    expect(keysOf(server).filter((key) => !key.includes(' 15 SP6'))).toEqual([]);
  });

  it('rpm: the source is stated without an epoch, which is its package’s only where it has the same version', async () => {
    const rocky = 'ID=rocky\nVERSION_ID=9.3\n';
    const libs = await identified('rpm', rocky, {
      name: 'openssl-libs',
      version: '1:3.0.7-18.el9_2',
      source: { name: 'openssl', version: '3.0.7-18.el9_2' },
    });
    const errno = await identified('rpm', rocky, {
      name: 'perl-Errno',
      version: '0:1.30-480.el9',
      source: { name: 'perl', version: '5.32.1-480.el9' },
    });
    expect(libs?.source).toEqual({ name: 'openssl', version: '1:3.0.7-18.el9_2' });
    expect(errno?.source).toEqual({ name: 'perl', version: '5.32.1-480.el9' });
  });

  it('Amazon is like CentOS and Fedora, and is judged by neither', async () => {
    const lines = 'ID="amzn"\nID_LIKE="centos rhel fedora"\nVERSION_ID="2"\n';
    expect(keysOf(await identified('rpm', lines, rpmPackage('bash')))).toEqual(['Amazon Linux:2 bash']);
  });

  it('Amazon: a live patch of the kernel is a package of its own name, and the kernel another (trap 12)', async () => {
    const image = 'ID="amzn"\nVERSION_ID="2023"\n';
    const patch = { name: 'kernel-livepatch-6.1.79-99.164', version: '1.0-0.amzn2023' };
    const source = { name: 'kernel-livepatch', version: '1.0-0.amzn2023' };
    expect(keysOf(await identified('rpm', image, { ...patch, source }))).toEqual([`Amazon Linux:2023 ${patch.name}`]);
  });

  it('a package looked up without its distro would match another’s: every purl of a distro names it', async () => {
    const pkg = await identified('apk', 'ID=wolfi\n', { name: 'busybox', version: '1.36.1-r2' });
    expect(pkg?.purl).toBe('pkg:apk/wolfi/busybox@1.36.1-r2?distro=wolfi');
  });
});

function rpmPackage(name: string): ExtractedPackage {
  return { name, version: '1-1', source: { name, version: '1-1' } };
}

function deb(name: string, version: string, source: string): ExtractedPackage {
  return { name, version, source: { name: source, version } };
}
