import type { ExtractedPackage, Release } from '@tidewaiter/contracts';
import type { Ecosystem } from '../ecosystem';
import { distroEcosystem } from './distro-ecosystem';
import { debPackaging } from './packaging';

export interface Derivative {
  readonly id: string;
  readonly advisoryEcosystem: string;
  readonly ids: readonly string[];
  /** Whose packages it installs unchanged, and of which release; undefined where the image does not say. */
  baseOf(release: Release): { readonly ecosystem: Ecosystem; readonly release: Release } | undefined;
  /** Not the base's package but one that the derivative built itself, by what its builds write into the version. */
  isOwnBuild(extracted: ExtractedPackage, release: Release): boolean;
}

/**
 * A distribution that installs another one's packages unchanged beside some of its own. The base's advisories speak of the former.
 * Of the latter nobody speaks: compared with the base's versions they would often look fixed ("+rpi1" sorts behind "+deb12u1").
 */
export function derivative({ id, advisoryEcosystem, ids, baseOf, isOwnBuild }: Derivative): Ecosystem {
  const own = distroEcosystem({
    id,
    advisoryEcosystem,
    ids,
    isComprehensive: false,
    packaging: debPackaging,
    releases: { of: ({ versionId }) => versionId, all: [] },
    names: ['source'],
  });
  return {
    ...own,
    identify: (extracted, release) => {
      const pkg = own.identify(extracted, release);
      const base = release === undefined || isOwnBuild(extracted, release) ? undefined : baseOf(release);
      if (base === undefined) return pkg;
      return { ...pkg, ecosystem: base.ecosystem.identify(extracted, base.release).ecosystem };
    },
  };
}

/** What either the binary's or the source's version says. */
export function versionsMatch({ version, source }: ExtractedPackage, mark: RegExp): boolean {
  return mark.test(version) || (source !== undefined && mark.test(source.version));
}
