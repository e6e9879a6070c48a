import {
  nothingToAssess,
  type Inventory,
  type InventoryPackage,
  type Package,
  type Problem,
} from '@tidewaiter/contracts';
import { defaultLimits, type Limits } from '@tidewaiter/image';
import { UserError } from '@tidewaiter/kit';
import {
  namesPackage,
  readSbom as readDocument,
  type Sbom,
  type SbomPackage,
  type StatedImage,
} from '@tidewaiter/sbom';
import { packageOrder, problemOrder } from './inventory';
import { mergeStatements } from './merge-statements';
import { withOneSpelling } from './one-spelling';

export interface ReadSbomOptions {
  readonly limits?: Limits | undefined;
}

/** What a bill of materials says. */
export interface SbomReading {
  readonly inventory: Inventory;
  /** The image it is about, where it names one. */
  readonly image: StatedImage | undefined;
  /** Whether all that has a package URL of the inventory is part of what another one names; undefined where nothing tells. */
  readonly isHeld: ((holder: string, purl: string) => boolean) | undefined;
}

/**
 * The inventory that a bill of materials describes: packages as an image would have them, and what the document leaves open as
 * problems. It has no layers. `read` gives at most so many bytes; throws UserError when they are no such document, with `name`
 * in its message.
 */
export async function readSbom(
  read: (limitBytes: number) => Promise<Uint8Array>,
  name: string,
  options: ReadSbomOptions = {},
): Promise<SbomReading> {
  const { sbomBytes: documentBytes, sbomComponents: components, sbomDepth: depth } = options.limits ?? defaultLimits;
  // One more than allowed tells that there is more.
  const document = readDocument(await read(documentBytes + 1), { documentBytes, components, depth });
  if (!document.ok) throw new UserError(document.error.code, `${name} ${document.error.message}.`);
  const { os, digest, packages } = document.value;
  const problems = [...document.value.problems, ...unjudged(packages)];
  const named = withOneSpelling(inventoryPackages(packages));
  const inventory: Inventory = {
    image: { ...(digest === undefined ? {} : { digest }), ...(os === undefined ? {} : { os }) },
    layers: [],
    packages: mergeStatements(named).sort(packageOrder),
    executables: [],
    assessability: nothingToAssess,
    complete: problems.length === 0,
    problems: problems.sort(problemOrder),
  };
  return { inventory, image: document.value.image, isHeld: holding(document.value, named) };
}

/** By the package URLs that the document has, which may be other ones than ours. */
function holding({ graph, packages }: Sbom, named: readonly InventoryPackage[]): SbomReading['isHeld'] {
  if (graph === undefined) return undefined;
  const stated = new Map<string, Set<string>>();
  const ours = new Map<string, string>();
  for (const [at, { purl }] of packages.entries()) {
    const { purl: own } = named[at] ?? { purl };
    ours.set(purl, own);
    stated.set(own, (stated.get(own) ?? new Set()).add(purl));
  }
  const holders = new Map<string, (purls: ReadonlySet<string>) => boolean>();
  return (holder, purl) => {
    const isHolder = (other: string): boolean =>
      namesPackage(holder, other) || namesPackage(holder, ours.get(other) ?? other);
    const isHeldBy = holders.get(holder) ?? graph.heldBy(isHolder);
    holders.set(holder, isHeldBy);
    return isHeldBy(stated.get(purl) ?? new Set());
  };
}

/** A package that is not in the document, or is none of a distribution, cannot speak for another. */
function inventoryPackages(found: readonly SbomPackage[]): InventoryPackage[] {
  const named = found.map((pkg) => ({ pkg, inventoried: inventoryPackage(pkg) }));
  const owners = new Map(
    named.flatMap(({ pkg, inventoried }) => (pkg.isDistro ? [[pkg.purl, inventoried.purl] as const] : [])),
  );
  return named.map(({ pkg, inventoried }) => {
    const ownedBy = owners.get(pkg.ownedBy ?? '');
    return ownedBy === undefined ? inventoried : { ...inventoried, ownedBy };
  });
}

function inventoryPackage(found: SbomPackage): InventoryPackage {
  const { extracted, ecosystem, release, locations, ours } = found;
  const { licenses, cpes } = extracted;
  return {
    ...(ecosystem === undefined ? stranger(found) : ecosystem.identify(extracted, release)),
    locations: [...locations],
    ...ours,
    ...(licenses === undefined ? {} : { licenses: [...licenses] }),
    ...(cpes === undefined ? {} : { cpes: [...cpes] }),
  };
}

/** Kept under the name that the document gives it. */
function stranger({ extracted, release, isDistro, purlType, purl }: SbomPackage): Package {
  const { name, version, architecture, source } = extracted;
  return {
    ecosystem: isDistro ? (release?.id ?? purlType) : purlType,
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    purl,
    ...(source === undefined ? {} : { source }),
  };
}

/** One problem for each kind of package that nothing here can judge. */
function unjudged(packages: readonly SbomPackage[]): readonly Problem[] {
  const strangers = packages.filter(({ ecosystem }) => ecosystem === undefined);
  const kinds = Map.groupBy(strangers, ({ purlType, isDistro, release }) =>
    isDistro && release !== undefined
      ? `${purlType} packages of "${release.prettyName ?? release.id}"`
      : `packages of type ${purlType}`,
  );
  return [...kinds].map(([kind, { length }]) => ({
    code: 'sbom-packages-unsupported',
    message: `The ${length} ${kind} in the document cannot be judged: there are no advisories for them here.`,
  }));
}
