/** Open matches: which vulnerability is open in which package. */
export interface OpenMatch {
  readonly vulnerabilityId: number;
  readonly packageId: number;
}

/**
 * Counts the distinct images of every vulnerability at once. SQL has to sort or hash every (vulnerability, image) pair for
 * it, tens of millions; here each image walks its packages and stamps what it meets, in linear time and without a pair
 * ever being stored. Vulnerabilities open in the same set of packages share one stamp.
 */
export class ReachCount {
  private readonly groupOfVulnerability: ReadonlyMap<number, number>;
  private readonly groupsOfPackage: ReadonlyMap<number, readonly number[]>;
  private readonly images: Uint32Array;
  private readonly stamps: Uint32Array;
  private seen = 0;

  constructor(matches: readonly OpenMatch[]) {
    const { groupOfVulnerability, groups } = groupByPackages(matches);
    this.groupOfVulnerability = groupOfVulnerability;
    this.groupsOfPackage = invert(groups);
    this.images = new Uint32Array(groups.length);
    this.stamps = new Uint32Array(groups.length);
  }

  /** The packages among these that any vulnerability is open in: all that has to be kept of an inventory part. */
  vulnerable(packageIds: readonly number[]): Uint32Array {
    return Uint32Array.from(packageIds.filter((id) => this.groupsOfPackage.has(id)));
  }

  /** One image, once, with the vulnerable packages of all its parts. */
  add(parts: readonly Uint32Array[]): void {
    this.seen += 1;
    for (const part of parts) {
      for (const packageId of part) {
        for (const group of this.groupsOfPackage.get(packageId) ?? []) this.meet(group);
      }
    }
  }

  counts(): ReadonlyMap<number, number> {
    return new Map([...this.groupOfVulnerability].map(([id, group]) => [id, this.images[group] ?? 0]));
  }

  private meet(group: number): void {
    if (this.stamps[group] === this.seen) return;
    this.stamps[group] = this.seen;
    this.images[group] = (this.images[group] ?? 0) + 1;
  }
}

function groupByPackages(matches: readonly OpenMatch[]) {
  const packagesOf = new Map<number, number[]>();
  for (const { vulnerabilityId, packageId } of matches) {
    const packages = packagesOf.get(vulnerabilityId);
    if (packages === undefined) packagesOf.set(vulnerabilityId, [packageId]);
    else packages.push(packageId);
  }
  const groupOfSet = new Map<string, number>();
  const groupOfVulnerability = new Map<number, number>();
  const groups: (readonly number[])[] = [];
  for (const [vulnerabilityId, packages] of packagesOf) {
    const set = packages.sort((a, b) => a - b).join();
    const group = groupOfSet.get(set) ?? groups.push(packages) - 1;
    groupOfSet.set(set, group);
    groupOfVulnerability.set(vulnerabilityId, group);
  }
  return { groupOfVulnerability, groups };
}

function invert(groups: readonly (readonly number[])[]): ReadonlyMap<number, readonly number[]> {
  const groupsOfPackage = new Map<number, number[]>();
  groups.forEach((packages, group) => {
    for (const id of packages) {
      const known = groupsOfPackage.get(id);
      if (known === undefined) groupsOfPackage.set(id, [group]);
      else known.push(group);
    }
  });
  return groupsOfPackage;
}
