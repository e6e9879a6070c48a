import type { Release } from '@tidewaiter/contracts';
import { distroEcosystem } from './distro/distro-ecosystem';
import { debPackaging } from './distro/packaging';
import { majorOf } from './distro/release-texts';

/** Testing has no VERSION_ID, only the name it will be released under; sid never gets a number. */
const majorOfCodename: ReadonlyMap<string, string> = new Map([
  ['wheezy', '7'],
  ['jessie', '8'],
  ['stretch', '9'],
  ['buster', '10'],
  ['bullseye', '11'],
  ['bookworm', '12'],
  ['trixie', '13'],
  ['forky', '14'],
  ['duke', '15'],
]);

/**
 * Advisories speak of source packages and their versions, never of binaries: a binary rebuild ("+b1") does not fix
 * anything, and a binary may be named like somebody else's source.
 */
export const debian = distroEcosystem({
  id: 'debian',
  advisoryEcosystem: 'Debian',
  ids: ['debian'],
  isComprehensive: true,
  packaging: debPackaging,
  releases: { of: releaseOf, all: [...majorOfCodename.values()] },
  names: ['source'],
  purlRelease: (release) => releaseOf(release) ?? release.versionCodename,
});

function releaseOf(release: Release): string | undefined {
  return majorOf(release) ?? majorOfCodename.get(release.versionCodename ?? '');
}
