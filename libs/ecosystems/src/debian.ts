import type { Release } from '@tidewaiter/contracts';
import { dpkg } from '@tidewaiter/versions';
import { distroPackage, ecosystemWithRelease, keysFor, sourceName } from './distro';
import type { Ecosystem } from './ecosystem';

/**
 * Advisories speak of source packages and their versions, never of binaries: a binary rebuild ("+b1") does not fix
 * anything, and a binary may be named like somebody else's source.
 */
export const debian: Ecosystem = {
  id: 'debian',
  advisoryEcosystem: 'Debian',
  purlType: 'deb',
  scheme: dpkg,
  extractors: ['dpkg'],
  distro: 'debian',
  needsRelease: true,
  layering: 'newest-database-wins',
  identify: (extracted, release) => {
    const major = release === undefined ? undefined : debianMajor(release);
    const qualifier = major ?? release?.versionCodename;
    return distroPackage({
      extracted,
      ecosystem: ecosystemWithRelease('Debian', major),
      purlType: 'deb',
      purlNamespace: 'debian',
      distroQualifier: qualifier === undefined ? undefined : `debian-${qualifier}`,
    });
  },
  lookupKeys: (pkg) => keysFor(pkg.ecosystem === 'Debian' ? allReleases : [pkg.ecosystem], [sourceName(pkg)]),
};

/** Testing has no VERSION_ID, only the name it will be released under; sid never gets a number. */
const majorOfCodename: Readonly<Record<string, string>> = {
  wheezy: '7',
  jessie: '8',
  stretch: '9',
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
  duke: '15',
};

const allReleases = Object.values(majorOfCodename).map((major) => `Debian:${major}`);

function debianMajor(release: Release): string | undefined {
  const major = /^\d+/.exec(release.versionId ?? '')?.[0];
  if (major !== undefined) return major;
  const codename = release.versionCodename ?? '';
  return Object.hasOwn(majorOfCodename, codename) ? majorOfCodename[codename] : undefined;
}
