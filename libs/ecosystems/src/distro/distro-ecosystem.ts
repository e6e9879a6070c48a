import type { AdvisoryKey, ExtractedPackage, Package, Release } from '@tidewaiter/contracts';
import type { DistroTraits, Ecosystem } from '../ecosystem';
import { distroPackage } from './distro-package';
import type { Packaging } from './packaging';

export interface DistroDescription extends Omit<DistroTraits, 'isJudgedBySource'> {
  readonly id: string;
  readonly advisoryEcosystem: string;
  readonly packaging: Packaging;
  /** Absent where there is only one, ever: what VERSION_ID says means nothing then. */
  readonly releases?: Releases;
  /** Whose names its advisories use: the source package's, the binary's own or either. */
  readonly names: readonly ('source' | 'own')[];
  /** The `ID` where absent. */
  purlNamespace?(release: Release): string;
  /** What follows `<ID>-` in the purl's `distro`; VERSION_ID where absent. */
  purlRelease?(release: Release): string | undefined;
}

export interface Releases {
  /**
   * As OSV writes it behind the ecosystem's name: `12` of `Debian:12`. Undefined where the image does not say. It may depend on
   * the package, where a release has several lines of support.
   */
  of(release: Release, extracted: ExtractedPackage): string | undefined;
  /** Those that advisories speak of. */
  readonly all: readonly string[];
  /** Under which releases advisories file what concerns a package of this one; itself where absent. */
  filedUnder?(release: string, pkg: Package): readonly string[];
}

export function distroEcosystem(description: DistroDescription): Ecosystem {
  const { id, advisoryEcosystem, packaging, releases, ids, isMeant, isComprehensive } = description;
  return {
    id,
    advisoryEcosystem,
    purlType: packaging.purlType,
    scheme: packaging.scheme,
    extractors: packaging.extractors,
    distro: {
      ids,
      isComprehensive,
      isJudgedBySource: !description.names.includes('own'),
      ...(isMeant === undefined ? {} : { isMeant }),
    },
    needsRelease: releases !== undefined,
    layering: 'newest-database-wins',
    identify: (extracted, release) => identify(description, extracted, release),
    lookupKeys: (pkg) => lookupKeys(description, pkg),
  };
}

function identify(description: DistroDescription, extracted: ExtractedPackage, release?: Release): Package {
  const { advisoryEcosystem, packaging, releases, ids } = description;
  const { purlNamespace, purlRelease = ({ versionId }: Release) => versionId } = description;
  const at = release === undefined ? undefined : releases?.of(release, extracted);
  const distro = release?.id ?? ids[0] ?? description.id;
  const qualifier = release === undefined ? undefined : purlRelease(release);
  return distroPackage({
    extracted,
    packaging,
    ecosystem: at === undefined ? advisoryEcosystem : `${advisoryEcosystem}:${at}`,
    purlNamespace: release === undefined || purlNamespace === undefined ? distro : purlNamespace(release),
    distroQualifier: distroQualifier(distro, qualifier, releases),
  });
}

/** A distribution that is never released is identified by its name alone. */
function distroQualifier(distro: string, release: string | undefined, releases?: Releases): string | undefined {
  if (release !== undefined && release !== '') return `${distro}-${release}`;
  return releases === undefined ? distro : undefined;
}

function lookupKeys(description: DistroDescription, pkg: Package): readonly AdvisoryKey[] {
  const { advisoryEcosystem, releases } = description;
  const names = new Set(
    description.names.map((name) => (name === 'source' && pkg.source !== undefined ? pkg.source.name : pkg.name)),
  );
  const ecosystems = new Set<string>();
  if (releases === undefined) ecosystems.add(advisoryEcosystem);
  else {
    const { all, filedUnder = (release: string) => [release] } = releases;
    const colon = pkg.ecosystem.indexOf(':');
    const asked = colon === -1 ? all : [pkg.ecosystem.slice(colon + 1)];
    for (const release of asked.flatMap((each) => filedUnder(each, pkg)))
      ecosystems.add(`${advisoryEcosystem}:${release}`);
    // Nothing to ask would look like nothing found.
    if (ecosystems.size === 0) ecosystems.add(advisoryEcosystem);
  }
  return [...ecosystems].flatMap((ecosystem) => [...names].map((name) => ({ ecosystem, name })));
}
