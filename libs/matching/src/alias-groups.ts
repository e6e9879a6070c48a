import type { Advisory, VulnerabilityRef } from '@tidewaiter/contracts';
import { textOrder } from '@tidewaiter/kit';

export interface AliasRecord extends Pick<Advisory, 'id' | 'aliases' | 'upstream'> {
  /** Its publisher took it back: what it says of other ids joins nothing. */
  readonly isWithdrawn: boolean;
}

export interface AliasGroups {
  /** The vulnerabilities a record is about: one, or several for a bundle or a withdrawn one. Never empty; sorted by id. */
  vulnerabilitiesOf(record: AliasRecord): readonly VulnerabilityRef[];
}

/** A group or a list of aliases larger than this is a mistake somewhere; merging it would join unrelated vulnerabilities. */
const groupSizeLimit = 32;
/** A DSA derives from CVEs directly; longer chains than this do not exist. */
const upstreamDepthLimit = 4;

/**
 * Which ids are one vulnerability, over all records an index holds.
 *
 * `aliases` are symmetric and transitive, so ids connected by them are one group, with one rule above it: two CVEs are
 * never joined, neither through another id nor where one names the other. OSV's exports list with each record what is
 * connected to it over any number of steps: the CVEs of one GitHub advisory then look like aliases of each other, and of
 * that advisory's neighbours. For the same reason an id's own record, where it names CVEs, counts more than the CVEs'
 * records that name the id. An id that is an alias of several CVEs is a bundle and is about each of them. `upstream`
 * points one way (a DSA to its CVEs) and is never merged. The canonical id is the CVE, else the first GHSA, else the
 * first id. Groups of more than 32 ids are not merged at all.
 *
 * Aliases of a withdrawn record join nothing, as on osv.dev
 * (https://github.com/google/osv.dev/blob/master/go/cmd/relations/alias.go): it is listed with its own id and with each
 * that it names. An id that others name is theirs, whatever became of its own record.
 */
export function aliasGroups(records: Iterable<AliasRecord>): AliasGroups {
  return new AliasGraph(records);
}

class AliasGraph implements AliasGroups {
  private readonly ids: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly isCve: boolean[] = [];
  /** Union-find of ids that are no CVE; a CVE is its own root. */
  private readonly parents: number[] = [];
  /** Of ids that are no CVE: the CVEs they belong to, directly or through ids that name none themselves. */
  private readonly targets = new Map<number, readonly number[]>();
  private readonly upstream = new Map<string, readonly string[]>();
  /** By root; the members of a merged group as the reference that every record of it shares. */
  private readonly references = new Map<number, VulnerabilityRef>();
  private readonly suspicious = new Set<number>();

  constructor(records: Iterable<AliasRecord>) {
    const edges = this.readEdges(records);
    const named = this.nameTargets(edges);
    this.joinUnnamed(edges, named);
    this.buildReferences();
  }

  vulnerabilitiesOf(record: AliasRecord): readonly VulnerabilityRef[] {
    if (record.isWithdrawn) return this.ofWithdrawn(record);
    const number = this.numbers.get(record.id);
    const own = number === undefined ? alone(record.id) : this.referenceOf(number);
    if (isCveId(record.id)) return [own];
    if (record.upstream.length === 0 && number !== undefined && this.targetsOf(number).length < 2) return [own];
    const found = new Map<string, VulnerabilityRef>();
    for (const target of number === undefined ? [] : this.targetsOf(number)) this.add(found, target);
    this.addUpstream(found, record.upstream, upstreamDepthLimit);
    if (found.size === 0) return [own];
    return inOrder(found);
  }

  /** What it is about without what it says of itself, and each that it names. */
  private ofWithdrawn(record: AliasRecord): readonly VulnerabilityRef[] {
    const others = believedAliases(record).flatMap((id) => this.vulnerabilitiesOf({ ...nothing, id }));
    const own = this.vulnerabilitiesOf({ ...record, isWithdrawn: false });
    return inOrder(new Map([...own, ...others].map((reference) => [reference.id, reference])));
  }

  private add(found: Map<string, VulnerabilityRef>, number: number): void {
    const reference = this.referenceOf(number);
    found.set(reference.id, reference);
  }

  /** The CVEs that a chain of `upstream` ends in; ids on the way that lead to none are left out. */
  private addUpstream(found: Map<string, VulnerabilityRef>, upstream: readonly string[], depth: number): void {
    if (depth === 0) return;
    for (const id of upstream) {
      const number = this.numbers.get(id);
      if (isCveId(id)) {
        const reference = number === undefined ? alone(id) : this.referenceOf(number);
        found.set(reference.id, reference);
        continue;
      }
      for (const target of number === undefined ? [] : this.targetsOf(number)) this.add(found, target);
      this.addUpstream(found, this.upstream.get(id) ?? [], depth - 1);
    }
  }

  private readEdges(records: Iterable<AliasRecord>): readonly (readonly [number, number])[] {
    const edges: (readonly [number, number])[] = [];
    for (const record of records) {
      const { id, upstream } = record;
      const number = this.numberOf(id);
      const isOverruled = record.isWithdrawn && this.upstream.has(id);
      if (upstream.length > 0 && !isCveId(id) && !isOverruled) this.upstream.set(id, upstream);
      if (record.isWithdrawn) continue;
      for (const alias of believedAliases(record)) edges.push([number, this.numberOf(alias)]);
    }
    return edges;
  }

  private numberOf(id: string): number {
    const known = this.numbers.get(id);
    if (known !== undefined) return known;
    const number = this.ids.length;
    this.ids.push(id);
    this.isCve.push(isCveId(id));
    this.parents.push(number);
    this.numbers.set(id, number);
    return number;
  }

  /** Ids that name a CVE themselves belong to what they name, else to the CVEs that name them, whatever their other aliases say. */
  private nameTargets(edges: readonly (readonly [number, number])[]): ReadonlySet<number> {
    for (const [from, to] of edges) if (this.isCve[from] !== true && this.isCve[to] === true) this.addTarget(from, to);
    const ownWord = new Set(this.targets.keys());
    for (const [from, to] of edges) {
      if (this.isCve[from] === true && this.isCve[to] !== true && !ownWord.has(to)) this.addTarget(to, from);
    }
    return new Set(this.targets.keys());
  }

  /** Ids that name no CVE belong together with their aliases, and to the CVEs those name. */
  private joinUnnamed(edges: readonly (readonly [number, number])[], named: ReadonlySet<number>): void {
    const between = edges.filter(([a, b]) => this.isCve[a] !== true && this.isCve[b] !== true);
    for (const [a, b] of between) if (!named.has(a) && !named.has(b)) this.join(a, b);
    for (const [a, b] of between) {
      if (named.has(a) === named.has(b)) continue;
      const [from, to] = named.has(a) ? [a, b] : [b, a];
      for (const target of this.targets.get(from) ?? []) this.addTarget(this.rootOf(to), target);
    }
  }

  private buildReferences(): void {
    for (const [root, group] of this.groups()) {
      if (group.length > groupSizeLimit) this.suspicious.add(root);
      else this.references.set(root, referenceOfIds(group));
    }
  }

  /** Ids that have others in their group, by its root. Most have none, and are only counted. */
  private groups(): ReadonlyMap<number, readonly string[]> {
    const roots = this.ids.map((_, number) => this.groupOf(number) ?? -1);
    const sizes = new Uint32Array(this.ids.length);
    for (const root of roots) if (root !== -1) sizes[root] = (sizes[root] ?? 0) + 1;
    const groups = new Map<number, string[]>();
    roots.forEach((root, number) => {
      if ((sizes[root] ?? 0) < 2) return;
      const id = this.ids[number] ?? '';
      const group = groups.get(root);
      if (group === undefined) groups.set(root, [id]);
      else group.push(id);
    });
    return groups;
  }

  /** The root of the group an id is a member of; a bundle is a member of none. */
  private groupOf(number: number): number | undefined {
    const root = this.rootOf(number);
    if (this.isCve[number] === true) return root;
    const targets = this.targets.get(number) ?? this.targets.get(root);
    if (targets === undefined) return root;
    return targets.length > 1 ? undefined : targets[0];
  }

  /** Roots of the CVE groups an id is about, or nothing when it is about itself. */
  private targetsOf(number: number): readonly number[] {
    const group = this.groupOf(number);
    if (group !== undefined && this.suspicious.has(group)) return [];
    const targets = this.targets.get(number) ?? this.targets.get(this.rootOf(number)) ?? [];
    return targets.length > groupSizeLimit ? [] : targets;
  }

  private referenceOf(number: number): VulnerabilityRef {
    const group = this.groupOf(number);
    const reference = group === undefined ? undefined : this.references.get(group);
    return reference ?? alone(this.ids[number] ?? '');
  }

  private addTarget(number: number, target: number): void {
    const targets = this.targets.get(number);
    if (targets === undefined) this.targets.set(number, [target]);
    // One more than the limit is enough to know that it is over.
    else if (targets.length <= groupSizeLimit && !targets.includes(target)) {
      this.targets.set(number, [...targets, target]);
    }
  }

  private rootOf(number: number): number {
    let root = number;
    for (let parent = this.parents[root]; parent !== undefined && parent !== root; parent = this.parents[root]) {
      // Halves the path on the way, which keeps later look-ups short.
      const grandparent = this.parents[parent] ?? parent;
      this.parents[root] = grandparent;
      root = grandparent;
    }
    return root;
  }

  private join(a: number, b: number): void {
    const [rootA, rootB] = [this.rootOf(a), this.rootOf(b)];
    // The smaller number becomes the root, so that the answer does not depend on the order of the edges.
    if (rootA !== rootB) this.parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }
}

/** A record that says nothing of other ids. */
const nothing = { aliases: [], upstream: [], isWithdrawn: false };

function inOrder(found: ReadonlyMap<string, VulnerabilityRef>): readonly VulnerabilityRef[] {
  return [...found.values()].sort((a, b) => compareIds(a.id, b.id));
}

function believedAliases({ id, aliases }: AliasRecord): readonly string[] {
  return aliases.length > groupSizeLimit ? [] : aliases.filter((alias) => alias !== id);
}

function alone(id: string): VulnerabilityRef {
  return { id, aliases: [] };
}

function referenceOfIds(ids: readonly string[]): VulnerabilityRef {
  const sorted = [...ids].sort(compareIds);
  const [id = '', ...rest] = sorted;
  return { id, aliases: rest.sort(textOrder) };
}

/** Canonical first: CVEs by age, then GHSAs, then the rest. */
function compareIds(a: string, b: string): number {
  return idRank(a) - idRank(b) || compareCveAge(a, b) || textOrder(a, b);
}

function idRank(id: string): number {
  if (isCveId(id)) return 0;
  return id.startsWith('GHSA-') ? 1 : 2;
}

/** Of the same length, they are in the order of their text. */
function compareCveAge(a: string, b: string): number {
  if (a.length === b.length) return 0;
  const left = cveGrammar.exec(a);
  const right = cveGrammar.exec(b);
  if (left === null || right === null) return 0;
  return Number(left[1]) - Number(right[1]) || Number(left[2]) - Number(right[2]);
}

const cveGrammar = /^CVE-(\d{4})-(\d{4,19})$/;

function isCveId(id: string): boolean {
  return id.startsWith('CVE-') && cveGrammar.test(id);
}
