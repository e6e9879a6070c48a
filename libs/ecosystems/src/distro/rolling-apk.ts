import type { Ecosystem } from '../ecosystem';
import { distroEcosystem } from './distro-ecosystem';
import { apkPackaging } from './packaging';

/** A distro that is never released: VERSION_ID is a date and means nothing. Records name the origin or the sub-package. */
export function rollingApkDistro(id: string, advisoryEcosystem: string): Ecosystem {
  return distroEcosystem({
    id,
    advisoryEcosystem,
    ids: [id],
    isComprehensive: false,
    packaging: apkPackaging,
    names: ['source', 'own'],
  });
}
