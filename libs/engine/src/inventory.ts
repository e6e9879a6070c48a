import type {
  Assessability,
  ExtractedPackage,
  Inventory,
  InventoryExecutable,
  InventoryPackage,
  LayerRef,
  Package,
  Problem,
  Release,
} from '@tidewaiter/contracts';
import { ecosystemFor, purlOf } from '@tidewaiter/ecosystems';
import { textOrder } from '@tidewaiter/kit';
import { mergeStatements, unknownSources } from './merge-statements';
import { missingDatabase } from './missing-database';
import { withOneSpelling } from './one-spelling';
import type { FoundExecutable, FoundPackage, FoundProblem, MergedImage, StatedPackage } from './overlay/overlay';
import { withSourceEpochs } from './source-epochs';

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
  const naming = new Naming(merged.release);
  const refs = parts.layers.map(layerRef);
  const stated = merged.packages.map((found) => inventoryPackage(found, refs, naming));
  const packages = mergeStatements(withOneSpelling(withSourceEpochs(stated)));
  const executables = merged.executables.map((found) => inventoryExecutable(found, refs, naming));
  const problems = [
    ...parts.problems,
    ...merged.problems,
    ...merged.fileProblems.flatMap((found) => fileProblem(found, refs, naming)),
    ...unknownSources(packages),
    ...naming.strangers.map(unsupported),
    ...missingDatabase(merged),
  ];
  return {
    image: {
      ...parts.image,
      ...(merged.release === undefined ? {} : { os: merged.release }),
      ...(merged.contentSets.length === 0 ? {} : { contentSets: [...merged.contentSets] }),
    },
    layers: [...parts.layers],
    packages: packages.sort(packageOrder),
    executables: executables.sort((a, b) => textOrder(a.path, b.path)),
    assessability: assess(executables),
    complete: problems.length === 0,
    problems: problems.sort(problemOrder),
  };
}

function inventoryPackage(found: FoundPackage, refs: readonly LayerRef[], naming: Naming): InventoryPackage {
  const owner = vouchedBy(found, naming.release);
  const layer = refs[found.layer];
  const { licenses, cpes } = found.extracted;
  return {
    ...naming.identify(found),
    ...(layer === undefined ? {} : { layer }),
    locations: [...found.locations],
    ...(found.isLocked ? { isLocked: true } : {}),
    ...(found.extracted.isVendored === true ? { isVendored: true } : {}),
    ...(licenses === undefined ? {} : { licenses: [...licenses] }),
    ...(cpes === undefined ? {} : { cpes: [...cpes] }),
    ...(owner === undefined ? {} : { ownedBy: naming.purlOf(owner) }),
  };
}

function inventoryExecutable(found: FoundExecutable, refs: readonly LayerRef[], naming: Naming): InventoryExecutable {
  const { executable, standing, owner, layer } = found;
  return {
    ...executable,
    standing,
    ...(owner === undefined ? {} : { ownedBy: naming.purlOf(owner) }),
    ...(refs[layer] === undefined ? {} : { layer }),
  };
}

/** Nothing where a distro package brought the file: what is in it is the distro's to judge, and its word about that package counts. */
function fileProblem(found: FoundProblem, refs: readonly LayerRef[], naming: Naming): Problem[] {
  if (vouchedBy(found, naming.release) !== undefined) return [];
  const layer = refs[found.layer];
  return [{ ...found.problem, ...(layer === undefined ? {} : { layer: layer.digest ?? layer.diffId }) }];
}

/** Rounded down: a single unknown program keeps the score from being 1. */
function assess(executables: readonly InventoryExecutable[]): Assessability {
  const counts = { owned: 0, recognised: 0, unknown: 0 };
  for (const { standing } of executables) counts[standing]++;
  const total = executables.length;
  return { ...counts, score: total === 0 ? null : Math.floor(((total - counts.unknown) / total) * 100) / 100 };
}

/** Where a package belongs. */
interface Home {
  /** The extractor that reads its distro's database, or its own. */
  readonly database: string;
  readonly release: Release | undefined;
}

/** Names packages in their ecosystems, and remembers the databases that no ecosystem of this release takes. */
class Naming {
  readonly #strangers = new Map<string, Home>();
  readonly #purls = new Map<ExtractedPackage, string>();

  constructor(readonly release: Release | undefined) {}

  get strangers(): readonly Home[] {
    return [...this.#strangers.values()];
  }

  /** The same owner stands behind hundreds of files. */
  purlOf(stated: StatedPackage): string {
    const known = this.#purls.get(stated.extracted);
    if (known !== undefined) return known;
    const { purl } = this.identify(stated);
    this.#purls.set(stated.extracted, purl);
    return purl;
  }

  identify({ extractor, extracted }: StatedPackage): Package {
    const home = this.#homeOf(extractor, extracted);
    const { database, release } = home;
    const ecosystem = ecosystemFor(database, release);
    if (ecosystem !== undefined) return ecosystem.identify(extracted, release);
    this.#strangers.set(`${database} ${release?.id ?? ''}`, home);
    const { name, version, architecture, source } = extracted;
    const distro = release?.id ?? 'linux';
    return {
      ecosystem: distro,
      name,
      version,
      ...(architecture === undefined ? {} : { architecture }),
      purl: purlOf({
        type: database === 'dpkg' ? 'deb' : database,
        namespace: distro,
        name,
        version,
        qualifiers: { arch: architecture },
      }),
      ...(source === undefined ? {} : { source }),
    };
  }

  /** A package that says which distro it is of may leave the release open that the image states. */
  #homeOf(extractor: string, { builtFor }: ExtractedPackage): Home {
    if (builtFor === undefined) return { database: extractor, release: this.release };
    const { database, release: stated = this.release } = builtFor;
    const isSaidByImage = stated?.versionId === undefined && stated?.id === this.release?.id;
    return { database, release: isSaidByImage ? this.release : stated };
  }
}

/** The distro package whose advisories speak for this one. */
function vouchedBy({ owner }: Pick<FoundPackage, 'owner'>, release: Release | undefined): StatedPackage | undefined {
  if (owner?.extracted.isDistroMaintained !== true) return undefined;
  const ecosystem = ecosystemFor(owner.extractor, release);
  return ecosystem?.distro?.isComprehensive === true ? owner : undefined;
}

function unsupported({ database, release }: Home): Problem {
  if (release === undefined) {
    return {
      code: 'distro-unknown',
      message: `The image has ${database} packages but does not say which distribution it is (no os-release); they cannot be judged.`,
    };
  }
  return {
    code: 'distro-unsupported',
    message: `The ${database} packages of "${release.prettyName ?? release.id}" cannot be judged: there are no advisories for this distribution here.`,
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

export function packageOrder(a: InventoryPackage, b: InventoryPackage): number {
  return (
    textOrder(a.ecosystem, b.ecosystem) ||
    textOrder(a.name, b.name) ||
    textOrder(a.version, b.version) ||
    textOrder(a.purl, b.purl) ||
    (a.layer?.index ?? 0) - (b.layer?.index ?? 0) ||
    textOrder(a.locations.join('\0'), b.locations.join('\0'))
  );
}

export function problemOrder(a: Problem, b: Problem): number {
  return (
    textOrder(a.code, b.code) ||
    textOrder(a.layer ?? '', b.layer ?? '') ||
    textOrder(a.path ?? '', b.path ?? '') ||
    textOrder(a.message, b.message)
  );
}
