import { apk } from '@tidewaiter/versions';
import { distroPackage, ecosystemWithRelease, keysFor, sourceName } from './distro';
import type { Ecosystem } from './ecosystem';

/** Advisories speak of the origin (the source package); its sub-packages share its version. Records by own name exist too. */
export const alpine: Ecosystem = {
  id: 'alpine',
  advisoryEcosystem: 'Alpine',
  purlType: 'apk',
  scheme: apk,
  extractors: ['apk'],
  distro: 'alpine',
  needsRelease: true,
  layering: 'newest-database-wins',
  identify: (extracted, release) => {
    const versionId = release?.versionId;
    return distroPackage({
      extracted,
      ecosystem: ecosystemWithRelease('Alpine', alpineBranch(versionId)),
      purlType: 'apk',
      purlNamespace: 'alpine',
      distroQualifier: versionId === undefined || versionId === '' ? undefined : `alpine-${versionId}`,
    });
  },
  lookupKeys: (pkg) => keysFor(pkg.ecosystem === 'Alpine' ? allBranches : [pkg.ecosystem], [sourceName(pkg), pkg.name]),
};

const firstMinor = 2;
const lastMinor = 24;
const allBranches = [
  ...Array.from({ length: lastMinor - firstMinor + 1 }, (_, at) => `Alpine:v3.${firstMinor + at}`),
  'Alpine:edge',
];

/** `3.20.3` -> `v3.20`; the rolling branch names itself after the next release, `3.23_alpha20250612`. */
function alpineBranch(versionId: string | undefined): string | undefined {
  if (versionId === undefined) return undefined;
  if (versionId === 'edge' || /^\d+\.\d+_/.test(versionId)) return 'edge';
  const branch = /^\d+\.\d+(?=\.|$)/.exec(versionId)?.[0];
  return branch === undefined ? undefined : `v${branch}`;
}
