import {
  platformText,
  severities,
  type AdvisoryIndex,
  type AdvisoryKey,
  type AdvisoryMatchInput,
  type Finding,
  type Inventory,
  type InventoryPackage,
  type Package,
  type Problem,
  type ScanReport,
} from '@tidewaiter/contracts';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { findingsOf, notCovered } from '@tidewaiter/matching';
import { textOrder } from '@tidewaiter/kit';

/** Keys asked for at once: bounds what an index holds in memory for one answer. */
const keysPerLookup = 500;

/**
 * Judges an inventory. A package that occurs several times is judged once; a package that a distro package vouches for is not
 * judged itself. The same inventory and the same advisories give the same report, byte by byte.
 */
export async function scanReport(target: string, inventory: Inventory, index: AdvisoryIndex): Promise<ScanReport> {
  const packages = distinct(inventory.packages.filter((pkg) => pkg.ownedBy === undefined));
  const findings: Finding[] = [];
  for await (const { pkg, inputs } of lookedUp(packages, index)) findings.push(...findingsOf(pkg, inputs));
  const uncovered = await uncoveredProblems(packages, index);
  const { image } = inventory;
  return {
    target,
    image: {
      digest: image.digest ?? null,
      platform: image.platform === undefined ? null : platformText(image.platform),
      os: osOf(image.os),
    },
    complete: inventory.complete && uncovered.length === 0,
    assessability: inventory.assessability,
    packages: inventory.packages,
    findings: findings.sort(findingOrder),
    problems: [...inventory.problems, ...uncovered],
  };
}

/** One problem for each ecosystem that was found and that no advisory speaks of: no finding there means nothing. */
async function uncoveredProblems(packages: readonly Package[], index: AdvisoryIndex): Promise<readonly Problem[]> {
  const asked = [...new Set(packages.flatMap(keysOf).map((key) => key.ecosystem))];
  const covered = await index.covers(asked);
  const counts = new Map<string, number>();
  for (const pkg of packages) {
    const keys = keysOf(pkg);
    if (keys.length === 0 || keys.some((key) => covered.has(key.ecosystem))) continue;
    counts.set(pkg.ecosystem, (counts.get(pkg.ecosystem) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => textOrder(a, b)).map(([ecosystem, count]) => notCovered(ecosystem, count));
}

/** Whether the advisories of the package's ecosystem are there. */
export async function isCovered(pkg: Package, index: AdvisoryIndex): Promise<boolean> {
  return (await index.covers(keysOf(pkg).map((key) => key.ecosystem))).size > 0;
}

/** Each package with everything the index has under its names. */
export async function* lookedUp(
  packages: readonly Package[],
  index: AdvisoryIndex,
): AsyncGenerator<{ readonly pkg: Package; readonly inputs: readonly AdvisoryMatchInput[] }> {
  for (const batch of batches(packages)) {
    const inputs = byKey(await index.lookup(batch.keys));
    for (const pkg of batch.packages) yield { pkg, inputs: inputsOf(pkg, inputs) };
  }
}

function osOf(release: Inventory['image']['os']): ScanReport['image']['os'] {
  if (release === undefined) return null;
  const { id, versionId, prettyName } = release;
  return {
    id,
    ...(versionId === undefined ? {} : { versionId }),
    ...(prettyName === undefined ? {} : { prettyName }),
  };
}

export function distinct(packages: readonly InventoryPackage[]): readonly Package[] {
  const known = new Map<string, Package>();
  for (const { ecosystem, name, version, architecture, purl, source, module } of packages) {
    const pkg: Package = { ecosystem, name, version, architecture, purl, source, module };
    known.set(JSON.stringify(pkg), pkg);
  }
  return [...known.values()];
}

interface Batch {
  readonly packages: readonly Package[];
  readonly keys: readonly AdvisoryKey[];
}

function* batches(packages: readonly Package[]): Generator<Batch> {
  let batch: Package[] = [];
  let keys = new Map<string, AdvisoryKey>();
  for (const pkg of packages) {
    for (const key of keysOf(pkg)) keys.set(textOf(key), key);
    batch.push(pkg);
    if (keys.size < keysPerLookup) continue;
    yield { packages: batch, keys: [...keys.values()] };
    batch = [];
    keys = new Map();
  }
  if (batch.length > 0) yield { packages: batch, keys: [...keys.values()] };
}

/** Nothing for a distro without advisories here; the inventory says so as a problem. */
function keysOf(pkg: Package): readonly AdvisoryKey[] {
  return ecosystemOf(pkg)?.lookupKeys(pkg) ?? [];
}

function byKey(inputs: readonly AdvisoryMatchInput[]): ReadonlyMap<string, readonly AdvisoryMatchInput[]> {
  const map = new Map<string, AdvisoryMatchInput[]>();
  for (const input of inputs) {
    const key = textOf(input.affected);
    const list = map.get(key);
    if (list === undefined) map.set(key, [input]);
    else list.push(input);
  }
  return map;
}

function inputsOf(
  pkg: Package,
  inputs: ReadonlyMap<string, readonly AdvisoryMatchInput[]>,
): readonly AdvisoryMatchInput[] {
  const keys = new Set(keysOf(pkg).map(textOf));
  return [...keys].flatMap((key) => inputs.get(key) ?? []);
}

function textOf(key: AdvisoryKey): string {
  return `${key.ecosystem}\0${key.name}`;
}

/** Worst first. */
function findingOrder(a: Finding, b: Finding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    (b.score ?? 0) - (a.score ?? 0) ||
    textOrder(a.vulnerability.id, b.vulnerability.id) ||
    textOrder(a.package.purl, b.package.purl)
  );
}
