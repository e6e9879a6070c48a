import type { Release } from '@tidewaiter/contracts';
import { distroEcosystem } from './distro/distro-ecosystem';
import { apkPackaging } from './distro/packaging';
import { numbered } from './distro/release-texts';

/**
 * Advisories speak of the origin (the source package); its sub-packages share its version. Records by own name exist too.
 * postmarketOS installs Alpine's packages from Alpine's own repositories.
 */
export const alpine = distroEcosystem({
  id: 'alpine',
  advisoryEcosystem: 'Alpine',
  ids: ['alpine', 'postmarketos'],
  isComprehensive: false,
  packaging: apkPackaging,
  releases: {
    of: (release) => (release.id === 'postmarketos' ? branchBelow(release) : branchOf(release)),
    all: [...numbered(2, 24).map((minor) => `v3.${minor}`), 'edge'],
  },
  names: ['source', 'own'],
});

/** `3.20.3` -> `v3.20`; the rolling branch names itself after the next release, `3.23_alpha20250612` or `3.22.0_alpha...`. */
function branchOf({ versionId = '' }: Release): string | undefined {
  if (versionId === 'edge' || versionId.includes('_alpha')) return 'edge';
  const branch = /^\d+\.\d+(?=[._]|$)/.exec(versionId)?.[0];
  return branch === undefined ? undefined : `v${branch}`;
}

/** postmarketOS releases twice a year, a month behind Alpine: `v24.06` stands on v3.20. */
function branchBelow({ versionId = '' }: Release): string | undefined {
  if (versionId === 'edge') return 'edge';
  const [, year, month] = /^v?(\d\d)\.(06|12)/.exec(versionId) ?? [];
  if (year === undefined) return undefined;
  const halfYears = (Number(year) - 24) * 2 + (month === '12' ? 1 : 0);
  return `v3.${20 + halfYears}`;
}
