import type { Package } from '@tidewaiter/contracts';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import type { PackageToRecord } from '@tidewaiter/features/matches';

/** Few packages of several ecosystems: two of one source, one whose version is none, one that its distribution answers for. */
export const worldPackages: readonly PackageToRecord[] = [
  recorded(application('npm', 'a', '1.0.0')),
  recorded(application('npm', 'a', '2.0.0')),
  recorded(application('npm', 'b', '1.0.0')),
  recorded(application('npm', 'b', 'main')),
  recorded(application('PyPI', 'p', '1.0.0')),
  recorded(application('PyPI', 'p', '2.0.0')),
  recorded(debian('libssl3', '3.0.1-1', 'openssl')),
  recorded(debian('openssl', '3.0.1-1', 'openssl')),
  recorded(debian('zlib1g', '1:1.2-1', 'zlib')),
  recorded({
    ...{ ecosystem: 'Alpine:v3.20', name: 'busybox', version: '1.36.0-r0', architecture: 'x86_64' },
    purl: 'pkg:apk/alpine/busybox@1.36.0-r0?arch=x86_64&distro=alpine-3.20',
  }),
  { package: application('PyPI', 'p', '1.5.0'), ownedBy: 'pkg:deb/debian/python3-p@1.5.0-1', keys: [] },
];

function recorded(pkg: Package): PackageToRecord {
  return { package: pkg, keys: ecosystemOf(pkg)?.lookupKeys(pkg) ?? [] };
}

function application(ecosystem: 'npm' | 'PyPI', name: string, version: string): Package {
  return { ecosystem, name, version, purl: `pkg:${ecosystem.toLowerCase()}/${name}@${version}` };
}

function debian(name: string, version: string, source: string): Package {
  return {
    ...{ ecosystem: 'Debian:12', name, version, architecture: 'amd64', source: { name: source, version } },
    purl: `pkg:deb/debian/${name}@${version}?arch=amd64&distro=debian-12`,
  };
}
