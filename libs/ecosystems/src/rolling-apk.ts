import { apk } from '@tidewaiter/versions';
import { distroPackage, keysFor, sourceName } from './distro';
import type { Ecosystem } from './ecosystem';

/** A distro that is never released: VERSION_ID is a date and means nothing. Records name the origin or the sub-package. */
export function rollingApkDistro(id: string, advisoryEcosystem: string): Ecosystem {
  return {
    id,
    advisoryEcosystem,
    purlType: 'apk',
    scheme: apk,
    extractors: ['apk'],
    distro: id,
    needsRelease: false,
    layering: 'newest-database-wins',
    identify: (extracted, release) =>
      distroPackage({
        extracted,
        ecosystem: advisoryEcosystem,
        purlType: 'apk',
        purlNamespace: id,
        distroQualifier: release?.versionId === undefined ? id : `${id}-${release.versionId}`,
      }),
    lookupKeys: (pkg) => keysFor([advisoryEcosystem], [sourceName(pkg), pkg.name]),
  };
}
