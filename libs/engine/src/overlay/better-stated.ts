import type { FoundPackage } from './overlay';

/** Which real paths of the image may state the package of a file better, as its extractor says. */
export type BetterPlaces = (extractor: string, path: string) => readonly string[];

/** A program that a file beside it states as well is one package: what that file says, with both places. */
export function betterStated(packages: readonly FoundPackage[], placesOf: BetterPlaces): readonly FoundPackage[] {
  const placesOfEach = new Map<FoundPackage, readonly string[]>();
  for (const found of packages) {
    const places = found.locations.flatMap((path) => placesOf(found.extractor, path));
    if (places.length > 0) placesOfEach.set(found, places);
  }
  if (placesOfEach.size === 0) return packages;
  const byPlace = packagesAt(new Set([...placesOfEach.values()].flat()), packages);
  const added = new Map<FoundPackage, string[]>();
  const lesser = new Set<FoundPackage>();
  for (const [found, places] of placesOfEach) {
    const better = places.flatMap((place) => byPlace.get(place) ?? []).find((other) => saysMore(other, found));
    if (better === undefined) continue;
    lesser.add(found);
    added.set(better, [...(added.get(better) ?? better.locations), ...found.locations]);
  }
  return packages
    .filter((found) => !lesser.has(found))
    .map((found) => ({ ...found, locations: added.get(found) ?? found.locations }));
}

function packagesAt(
  places: ReadonlySet<string>,
  packages: readonly FoundPackage[],
): ReadonlyMap<string, readonly FoundPackage[]> {
  const byPlace = new Map<string, FoundPackage[]>();
  for (const found of packages) {
    for (const path of found.locations) {
      if (places.has(path)) byPlace.set(path, [...(byPlace.get(path) ?? []), found]);
    }
  }
  return byPlace;
}

function saysMore(other: FoundPackage, { extractor, extracted: { cpes = [] }, owner }: FoundPackage): boolean {
  return (
    other.extractor !== extractor &&
    cpes.length > 0 &&
    cpes.every((cpe) => other.extracted.cpes?.includes(cpe) === true) &&
    JSON.stringify(other.owner) === JSON.stringify(owner)
  );
}
