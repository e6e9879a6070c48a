import type { Inventory, InventoryPackage, LayerRef, Package, Problem, Release } from '@tidewaiter/contracts';
import { ecosystemFor, purlOf } from '@tidewaiter/ecosystems';
import type { FoundPackage, MergedImage } from './overlay/overlay';
import { textOrder } from './text-order';

export interface InventoryParts {
  readonly image: Inventory['image'];
  readonly layers: Inventory['layers'];
  readonly merged: MergedImage;
  /** Of the layers and of whatever else was read before. */
  readonly problems: readonly Problem[];
}

/** Names every package in its ecosystem and puts everything into an order that depends on nothing but the image. */
export function buildInventory(parts: InventoryParts): Inventory {
  const { merged } = parts;
  const refs = parts.layers.map(layerRef);
  const strangers = new Set<string>();
  const packages = merged.packages.map((found): InventoryPackage => {
    const owner = vouchedBy(found, merged.release);
    const layer = refs[found.layer];
    const { licenses, cpes } = found.extracted;
    return {
      ...identify(found, merged.release, strangers),
      ...(layer === undefined ? {} : { layer }),
      locations: [...found.locations],
      ...(owner === undefined ? {} : { ownedBy: owner }),
      ...(licenses === undefined ? {} : { licenses: [...licenses] }),
      ...(cpes === undefined ? {} : { cpes: [...cpes] }),
    };
  });
  const problems = [
    ...parts.problems,
    ...merged.problems,
    ...[...strangers].map((extractor) => unsupported(extractor, merged.release)),
  ];
  return {
    image: { ...parts.image, ...(merged.release === undefined ? {} : { os: merged.release }) },
    layers: [...parts.layers],
    packages: packages.sort(packageOrder),
    complete: problems.length === 0,
    problems: problems.sort(problemOrder),
  };
}

function identify(
  found: Pick<FoundPackage, 'extractor' | 'extracted'>,
  release: Release | undefined,
  strangers: Set<string>,
): Package {
  const ecosystem = ecosystemFor(found.extractor, release);
  if (ecosystem !== undefined) return ecosystem.identify(found.extracted, release);
  strangers.add(found.extractor);
  const { name, version, architecture, source } = found.extracted;
  const distro = release?.id ?? 'linux';
  return {
    ecosystem: distro,
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    purl: purlOf({
      type: found.extractor === 'dpkg' ? 'deb' : found.extractor,
      namespace: distro,
      name,
      version,
      qualifiers: { arch: architecture },
    }),
    ...(source === undefined ? {} : { source }),
  };
}

/** The distro package whose advisories speak for this one. */
function vouchedBy({ owner }: FoundPackage, release: Release | undefined): string | undefined {
  if (owner?.extracted.isDistroMaintained !== true) return undefined;
  const ecosystem = ecosystemFor(owner.extractor, release);
  if (ecosystem?.distro?.isComprehensive !== true) return undefined;
  return ecosystem.identify(owner.extracted, release).purl;
}

function unsupported(extractor: string, release: Release | undefined): Problem {
  if (release === undefined) {
    return {
      code: 'distro-unknown',
      message: `The image has ${extractor} packages but does not say which distribution it is (no os-release); they cannot be judged.`,
    };
  }
  return {
    code: 'distro-unsupported',
    message: `The ${extractor} packages of "${release.prettyName ?? release.id}" cannot be judged: there are no advisories for this distribution here.`,
  };
}

function layerRef(layer: Inventory['layers'][number]): LayerRef {
  const { index, digest, diffId, createdBy } = layer;
  return {
    index,
    ...(digest === undefined ? {} : { digest }),
    diffId,
    ...(createdBy === undefined ? {} : { createdBy }),
  };
}

function packageOrder(a: InventoryPackage, b: InventoryPackage): number {
  return (
    textOrder(a.ecosystem, b.ecosystem) ||
    textOrder(a.name, b.name) ||
    textOrder(a.version, b.version) ||
    textOrder(a.purl, b.purl) ||
    (a.layer?.index ?? 0) - (b.layer?.index ?? 0) ||
    textOrder(a.locations.join('\0'), b.locations.join('\0'))
  );
}

function problemOrder(a: Problem, b: Problem): number {
  return (
    textOrder(a.code, b.code) ||
    textOrder(a.layer ?? '', b.layer ?? '') ||
    textOrder(a.path ?? '', b.path ?? '') ||
    textOrder(a.message, b.message)
  );
}
