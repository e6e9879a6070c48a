import { isOfDistro } from './distro-purls';

/** A component of a document, whether it is a package or not. */
export interface GraphNode {
  /** How the document refers to it. */
  readonly ref?: string | undefined;
  /** As the document has it. */
  readonly purl?: string | undefined;
  readonly locations?: readonly string[];
}

/** What a document says of which component is part of which, or is there for which. */
export class ComponentGraph {
  private readonly nodes: GraphNode[] = [];
  private readonly byRef = new Map<string, number[]>();
  private readonly byPurl = new Map<string, number[]>();
  private readonly children = new Map<number, number[]>();
  private readonly linked = new Set<number>();
  /** Components that something has which is none. */
  private readonly loose = new Set<number>();
  private about: number | undefined;

  /** Returns its number. */
  add(node: GraphNode): number {
    const at = this.nodes.push(node) - 1;
    if (node.ref !== undefined) listed(this.byRef, node.ref).push(at);
    if (node.purl !== undefined) listed(this.byPurl, node.purl).push(at);
    return at;
  }

  /** What the document is about: everything in it is part of that. */
  setAbout(at: number): void {
    this.about = at;
  }

  link(from: number, to: number): void {
    listed(this.children, from).push(to);
    this.linked.add(to);
  }

  /** Of what is not among the components somebody else may be the owner. */
  linkRefs(from: string, to: string): void {
    const parents = this.byRef.get(from) ?? [];
    for (const child of this.byRef.get(to) ?? []) {
      if (parents.length === 0) this.loose.add(child);
      for (const parent of parents) this.link(parent, child);
    }
  }

  /**
   * Whether each component of some package URLs is there for a holder alone: every way to it leads through a holder, or all its files are
   * those of holders. A package of a distribution stands for itself, whoever depends on it.
   */
  heldBy(isHolder: (purl: string) => boolean): (purls: ReadonlySet<string>) => boolean {
    const holders = new Set([...this.byPurl].flatMap(([purl, places]) => (isHolder(purl) ? places : [])));
    const isAboutHolder = this.about !== undefined && holders.has(this.about);
    const files = new Set([...holders].flatMap((at) => this.nodes[at]?.locations ?? []));
    const free = this.reached(this.sources(), holders);
    const isHeld = (at: number): boolean => {
      const { purl = '', locations = [] } = this.nodes[at] ?? {};
      if (locations.length > 0 && locations.every((file) => files.has(file))) return true;
      return !isOfDistro(purl) && !free.has(at);
    };
    return (purls) => {
      const places = [...purls].flatMap((purl) => this.byPurl.get(purl) ?? []);
      return places.length > 0 && holders.size > 0 && (isAboutHolder || places.every(isHeld));
    };
  }

  /** Where ways begin: what nothing has, and all of what only has itself in a circle. */
  private sources(): readonly number[] {
    const numbers = [...this.nodes.keys()];
    const first = numbers.filter((at) => at === this.about || this.loose.has(at) || !this.linked.has(at));
    const seen = this.reached(first, new Set());
    return [...first, ...numbers.filter((at) => !seen.has(at))];
  }

  private reached(from: readonly number[], without: ReadonlySet<number>): ReadonlySet<number> {
    const seen = new Set(from.filter((at) => !without.has(at)));
    // A set that grows while it is gone through is gone through to its end.
    for (const at of seen) {
      for (const child of this.children.get(at) ?? []) if (!without.has(child)) seen.add(child);
    }
    return seen;
  }
}

function listed<Key>(lists: Map<Key, number[]>, key: Key): number[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: number[] = [];
  lists.set(key, list);
  return list;
}
