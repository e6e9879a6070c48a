import type { AdvisoryKey, ExtractedPackage, Package } from '@tidewaiter/contracts';
import { purlOf } from './purl';

export interface DistroPackageOptions {
  readonly extracted: ExtractedPackage;
  /** OSV ecosystem with the release where it is known. */
  readonly ecosystem: string;
  readonly purlType: string;
  readonly purlNamespace: string;
  /** The purl's `distro` qualifier, for example `debian-12`. */
  readonly distroQualifier: string | undefined;
}

/** A package that a distro built from a source package; without a statement the source is named and versioned like itself. */
export function distroPackage(options: DistroPackageOptions): Package {
  const { extracted, ecosystem, purlType, purlNamespace, distroQualifier } = options;
  const { name, version, architecture } = extracted;
  return {
    ecosystem,
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    purl: purlOf({
      type: purlType,
      namespace: purlNamespace,
      name,
      version,
      qualifiers: { arch: architecture, distro: distroQualifier },
    }),
    source: extracted.source ?? { name, version },
  };
}

export function ecosystemWithRelease(advisoryEcosystem: string, release: string | undefined): string {
  return release === undefined ? advisoryEcosystem : `${advisoryEcosystem}:${release}`;
}

/** Every combination of the ecosystems and the (distinct) names. */
export function keysFor(ecosystems: readonly string[], names: readonly string[]): readonly AdvisoryKey[] {
  const distinct = [...new Set(names)];
  return ecosystems.flatMap((ecosystem) => distinct.map((name) => ({ ecosystem, name })));
}

/** The names that distro advisories use: the source package's, where there is one. */
export function sourceName(pkg: Package): string {
  return pkg.source?.name ?? pkg.name;
}
