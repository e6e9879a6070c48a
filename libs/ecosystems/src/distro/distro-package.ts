import type { ExtractedPackage, Package } from '@tidewaiter/contracts';
import { purlOf } from '../purl';
import type { Packaging } from './packaging';

export interface DistroPackageOptions {
  readonly extracted: ExtractedPackage;
  readonly packaging: Packaging;
  /** OSV ecosystem with the release where it is known. */
  readonly ecosystem: string;
  readonly purlNamespace: string;
  /** The purl's `distro` qualifier, for example `debian-12`. */
  readonly distroQualifier: string | undefined;
}

/** A package that a distro built from a source package. */
export function distroPackage(options: DistroPackageOptions): Package {
  const { extracted, packaging, ecosystem, purlNamespace, distroQualifier } = options;
  const { name, version, architecture, module } = extracted;
  const source = packaging.sourceOf(extracted);
  const { qualifiers, ...purl } = packaging.purlParts(extracted);
  return {
    ecosystem,
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    purl: purlOf({
      type: packaging.purlType,
      namespace: purlNamespace,
      ...purl,
      qualifiers: { ...qualifiers, arch: architecture, distro: distroQualifier },
    }),
    ...(source === undefined ? {} : { source }),
    ...(module === undefined ? {} : { module }),
  };
}
