import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { parentOf, type Limits } from '@tidewaiter/image';
import type { Executable } from '@tidewaiter/contracts';
import type { EvidenceFile } from '../layers/layer-evidence.schema';
import { fingerprintOf } from '../layers/path-fingerprints';

export interface TreeNode {
  readonly name: string;
  readonly parent: TreeNode | undefined;
  /** Directories between it and the root, itself included. */
  readonly depth: number;
  /** Set for directories. */
  readonly children?: Map<string, TreeNode>;
  /** Set for symbolic links. */
  readonly target?: string;
  /** Set for files that were read. */
  readonly evidence?: readonly EvidenceFile[];
  /** Set for files that can run. */
  readonly executable?: Executable;
  /** The layer that this node, as it is, came with. */
  readonly layer: number;
  /** The layer that its content came with: `chown -R` and `chmod -R` write a file anew and leave what is in it. */
  readonly contentLayer: number;
}

export type NodeContent = Pick<TreeNode, 'target' | 'evidence' | 'executable'>;

/**
 * The merged file system as far as evidence and links reach. Paths are resolved the way a runtime does when it unpacks a layer:
 * a parent that is a symbolic link is followed, confined to the root.
 */
export class MergedTree {
  readonly root: TreeNode = {
    ...{ name: '', parent: undefined, depth: 0 },
    ...{ children: new Map(), layer: 0, contentLayer: 0 },
  };
  /** What this layer took away so far, by path: the same layer may put it back. */
  readonly #takenAway = new Map<string, TreeNode>();
  /** The same by what it is: the same layer may have it elsewhere, as when a directory is merged into another and becomes a link to it. */
  readonly #takenAwayByContent = new Map<string, TreeNode>();

  constructor(
    private readonly limits: Pick<Limits, 'symlinkHops' | 'pathBytes'>,
    private readonly onRemove: (node: TreeNode) => void,
  ) {}

  /** The node a path leads to, links at its end included. */
  find(path: string): TreeNode | undefined {
    return this.#walk(this.root, path.split('/'), { layer: -1, hops: { left: this.limits.symlinkHops } });
  }

  /** The node at a path, a link at its end and not what that leads to. */
  findItself(path: string): TreeNode | undefined {
    return this.#existingParentOf(path)?.children?.get(path.slice(path.lastIndexOf('/') + 1));
  }

  /** Puts a node where the path leads and returns it; undefined when its parents are links that lead round in circles, or too deep. */
  place(path: string, layer: number, content: NodeContent): TreeNode | undefined {
    const parent = this.#parentOf(path, layer);
    if (parent?.children === undefined) return undefined;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const before = parent.children.get(name) ?? this.#takenAwayFrom(parent, name);
    const same = before !== undefined && isSameContent(before, content) ? before : this.#movedFrom(name, content);
    const contentLayer = same?.contentLayer ?? layer;
    this.#remove(parent, name);
    const node: TreeNode = { name, parent, depth: parent.depth + 1, layer, contentLayer, ...content };
    parent.children.set(name, node);
    return node;
  }

  /** A directory that a layer states itself: it replaces what is not one. */
  stateDirectory(path: string, layer: number): void {
    const parent = this.#parentOf(path, layer);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const existing = parent?.children?.get(name);
    if (parent?.children === undefined || existing === undefined || existing.children !== undefined) return;
    this.#remove(parent, name);
    const depth = parent.depth + 1;
    parent.children.set(name, { name, parent, depth, children: new Map(), layer, contentLayer: layer });
  }

  /** Removes the path itself, a link and not what it leads to. */
  remove(path: string): void {
    const parent = this.#existingParentOf(path);
    if (parent !== undefined) this.#remove(parent, path.slice(path.lastIndexOf('/') + 1));
  }

  /** Removes everything below a directory. */
  empty(path: string): void {
    const node = path === '' ? this.root : this.find(path);
    if (node?.children === undefined) return;
    for (const name of [...node.children.keys()]) this.#remove(node, name);
  }

  /** Removes every node of a lower layer whose fingerprint the test accepts. */
  removeWhere(hasFingerprint: (fingerprint: number) => boolean): void {
    const visit = (node: TreeNode, path: string): void => {
      for (const child of [...(node.children?.values() ?? [])]) {
        const childPath = path === '' ? child.name : `${path}/${child.name}`;
        if (hasFingerprint(fingerprintOf(childPath))) this.#remove(node, child.name);
        else if (child.children !== undefined) visit(child, childPath);
      }
    };
    visit(this.root, '');
  }

  layerDone(): void {
    this.#takenAway.clear();
    this.#takenAwayByContent.clear();
  }

  pathOf(node: TreeNode): string {
    const segments: string[] = [];
    for (let at: TreeNode | undefined = node; at?.parent !== undefined; at = at.parent) segments.push(at.name);
    return segments.reverse().join('/');
  }

  /** Every file of which anything is known. */
  *files(from: TreeNode = this.root): Generator<TreeNode> {
    for (const child of from.children?.values() ?? []) {
      if (child.children !== undefined) yield* this.files(child);
      else if (child.evidence !== undefined || child.executable !== undefined) yield child;
    }
  }

  /** Where a path leads in the merged image, also when nothing was read there; undefined for circles. */
  realPathOf(path: string): string | undefined {
    const pending = path.split('/').reverse();
    let at: string[] = [];
    let hops = this.limits.symlinkHops;
    for (let segment = pending.pop(); segment !== undefined; segment = pending.pop()) {
      if (segment === '' || segment === '.') continue;
      if (segment === '..') {
        at.pop();
        continue;
      }
      at.push(segment);
      const target = this.#lookup(at)?.target;
      if (target === undefined) continue;
      if (hops-- === 0) return undefined;
      if (target.startsWith('/')) at = [];
      else at.pop();
      pending.push(...target.split('/').reverse());
    }
    return at.join('/');
  }

  #lookup(segments: readonly string[]): TreeNode | undefined {
    let node: TreeNode | undefined = this.root;
    for (const segment of segments) node = node?.children?.get(segment);
    return node;
  }

  #parentOf(path: string, layer: number): TreeNode | undefined {
    const parent = parentOf(path);
    if (parent === '') return this.root;
    return this.#walk(this.root, parent.split('/'), { layer, hops: { left: this.limits.symlinkHops } });
  }

  #existingParentOf(path: string): TreeNode | undefined {
    const parent = parentOf(path);
    return parent === '' ? this.root : this.find(parent);
  }

  /** With a layer of 0 or more, directories that are missing on the way are made. */
  #walk(
    start: TreeNode,
    segments: readonly string[],
    how: { readonly layer: number; readonly hops: { left: number } },
  ): TreeNode | undefined {
    let node: TreeNode | undefined = start;
    for (const segment of segments) {
      if (node === undefined) return undefined;
      if (segment === '' || segment === '.') continue;
      if (segment === '..') {
        node = node.parent ?? this.root;
        continue;
      }
      node = this.#step(node, segment, how);
    }
    return node;
  }

  #step(
    node: TreeNode,
    segment: string,
    how: { readonly layer: number; readonly hops: { left: number } },
  ): TreeNode | undefined {
    const creates = how.layer >= 0;
    const child = node.children?.get(segment);
    const isFile = child?.evidence !== undefined || child?.executable !== undefined;
    if (child === undefined || (isFile && creates)) {
      // No deeper than the longest path of single letters, however many links lead on from one another: no runtime gets there either.
      if (!creates || node.children === undefined || node.depth * 2 > this.limits.pathBytes) return undefined;
      this.#remove(node, segment);
      const { layer } = how;
      const place = { name: segment, parent: node, depth: node.depth + 1 };
      const made: TreeNode = { ...place, children: new Map(), layer, contentLayer: layer };
      node.children.set(segment, made);
      return made;
    }
    if (child.target === undefined) return child;
    if (how.hops.left-- <= 0) return undefined;
    const start = child.target.startsWith('/') ? this.root : node;
    return this.#walk(start, child.target.split('/'), how);
  }

  #remove(parent: TreeNode, name: string): void {
    const node = parent.children?.get(name);
    if (node === undefined) return;
    parent.children?.delete(name);
    this.#announce(node);
  }

  #takenAwayFrom(parent: TreeNode, name: string): TreeNode | undefined {
    if (this.#takenAway.size === 0) return undefined;
    return this.#takenAway.get(parent === this.root ? name : `${this.pathOf(parent)}/${name}`);
  }

  #movedFrom(name: string, content: NodeContent): TreeNode | undefined {
    if (this.#takenAwayByContent.size === 0) return undefined;
    const key = contentKeyOf(name, content);
    if (key === undefined) return undefined;
    return this.#takenAwayByContent.get(key);
  }

  #takenAwayNow(node: TreeNode): void {
    this.#takenAway.set(this.pathOf(node), node);
    const key = contentKeyOf(node.name, node);
    if (key !== undefined && !this.#takenAwayByContent.has(key)) this.#takenAwayByContent.set(key, node);
  }

  #announce(node: TreeNode): void {
    if (node.evidence !== undefined || node.executable !== undefined) this.#takenAwayNow(node);
    this.onRemove(node);
    for (const child of node.children?.values() ?? []) this.#announce(child);
  }
}

/** Programs are known by their bytes, other files by what was read from them. */
function isSameContent(before: NodeContent, after: NodeContent): boolean {
  if (before.executable !== undefined && after.executable !== undefined) {
    return before.executable.sha256 === after.executable.sha256;
  }
  return before.evidence !== undefined && isDeepStrictEqual(before.evidence, after.evidence);
}

/**
 * What is the same content has the same key, and nothing else has it: a layer may move ten thousand files called `package.json`, and
 * comparing each with each would take for ever. Undefined for what nobody asks the owner of.
 */
function contentKeyOf(name: string, { executable, evidence }: NodeContent): string | undefined {
  if (executable !== undefined) return executable.sha256;
  if (evidence?.some(({ packages }) => packages.length > 0) !== true) return undefined;
  // The lists of files that a package says it owns are of its place.
  const content = evidence.map((file) => ({ ...file, path: undefined, ownedFiles: undefined }));
  return createHash('sha256')
    .update(JSON.stringify([name, content]))
    .digest('hex');
}
