import type { InventoryPackage, Problem } from '@tidewaiter/contracts';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { textOrder } from '@tidewaiter/kit';

/**
 * Two databases of one image may name the same distro package, dpkg's and chisel's for example: it is one package, with all its places
 * and the source that either states. Of languages, what differs in nothing but its places is one.
 */
export function mergeStatements(packages: readonly InventoryPackage[]): InventoryPackage[] {
  const sources = new Map<string, InventoryPackage['source']>();
  for (const { purl, source } of packages) if (source !== undefined) sources.set(purl, sources.get(purl) ?? source);
  const merged = new Map<string, { readonly pkg: InventoryPackage; readonly locations: Set<string> }>();
  for (const pkg of packages) {
    const isDistros = ecosystemOf(pkg)?.distro !== undefined;
    const source = isDistros ? (pkg.source ?? sources.get(pkg.purl)) : pkg.source;
    const completed = source === undefined ? pkg : { ...pkg, source };
    const key = JSON.stringify(isDistros ? [pkg.purl, source, pkg.layer?.index] : { ...pkg, locations: undefined });
    const known = merged.get(key);
    const locations = known?.locations ?? new Set();
    for (const location of completed.locations) locations.add(location);
    merged.set(key, { pkg: { ...completed, ...known?.pkg }, locations });
  }
  return [...merged.values()].map(withLocations);
}

function withLocations({
  pkg,
  locations,
}: {
  pkg: InventoryPackage;
  locations: ReadonlySet<string>;
}): InventoryPackage {
  return { ...pkg, locations: [...locations].sort(textOrder) };
}

/** Where advisories name source packages alone, a package that does not state its own would look clean whatever it is. */
export function unknownSources(packages: readonly InventoryPackage[]): readonly Problem[] {
  const counts = new Map<string, number>();
  for (const { ecosystem, source } of packages) {
    if (source === undefined && ecosystemOf({ ecosystem })?.distro?.isJudgedBySource === true) {
      counts.set(ecosystem, (counts.get(ecosystem) ?? 0) + 1);
    }
  }
  return [...counts].map(([ecosystem, count]) => ({
    code: 'source-package-unknown',
    message: `${count} ${count === 1 ? 'package' : 'packages'} of ${ecosystem} do not say which source package they were built from. Its advisories name source packages, so most of these cannot be judged.`,
  }));
}
