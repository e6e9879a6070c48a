import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { EvidenceFile } from '../layers/layer-evidence.schema';
import { statementsOf } from './journals';
import type { TreeNode } from './merged-tree';
import type { WhatCounts } from './what-counts';

export interface PresentPackage {
  readonly extractor: string;
  readonly extracted: ExtractedPackage;
  /** The lowest layer since which the package is in the image after every layer. */
  readonly layer: number;
  readonly nodes: readonly TreeNode[];
}

type Since = Map<string, number>;

/**
 * Remembers since which layer a package has been there without a break. A package that is removed and comes back belongs to the
 * layer that brought it back. A package database is rewritten as a whole and may move, so its packages are followed whatever
 * file they are listed in; a package that is a file of its own is followed by its path.
 */
export class PresenceLog {
  readonly #live = new Set<TreeNode>();
  readonly #sinceInDatabase = new Map<string, Since>();
  readonly #sinceAtNode = new Map<TreeNode, Since>();
  /** What this layer took away so far, by path: the same layer may put it back. */
  readonly #removedNow = new Map<string, Since>();
  readonly #changedDatabases = new Set<string>();
  /** Those that state settings. */
  readonly #stating = new Set<TreeNode>();

  constructor(
    private readonly databases: ReadonlySet<string>,
    private readonly whatCounts: WhatCounts,
  ) {}

  placed(node: TreeNode, path: string, layer: number): void {
    this.#live.add(node);
    if (node.evidence?.some((file) => file.settings !== undefined) === true) this.#stating.add(node);
    const before = this.#removedNow.get(path);
    const since: Since = new Map();
    for (const file of node.evidence ?? []) {
      if (this.databases.has(file.extractor)) this.#changedDatabases.add(file.extractor);
      for (const extracted of file.packages) {
        const key = keyOf(file.extractor, extracted);
        since.set(key, before?.get(key) ?? layer);
      }
    }
    this.#sinceAtNode.set(node, since);
  }

  removed(node: TreeNode, path: string): void {
    if (!this.#live.delete(node)) return;
    this.#stating.delete(node);
    const since = this.#sinceAtNode.get(node);
    this.#sinceAtNode.delete(node);
    if (since !== undefined) this.#removedNow.set(path, since);
    for (const file of node.evidence ?? []) {
      if (this.databases.has(file.extractor)) this.#changedDatabases.add(file.extractor);
    }
  }

  layerDone(layer: number): void {
    this.whatCounts.configure(this.#stating);
    for (const extractor of this.#changedDatabases) {
      const before = this.#sinceInDatabase.get(extractor);
      const since: Since = new Map();
      for (const { file, extracted } of statementsOf(this.files())) {
        if (file.extractor !== extractor) continue;
        const key = keyOf(extractor, extracted);
        since.set(key, before?.get(key) ?? layer);
      }
      this.#sinceInDatabase.set(extractor, since);
    }
    this.#changedDatabases.clear();
    this.#removedNow.clear();
  }

  *files(): Generator<{ readonly node: TreeNode; readonly file: EvidenceFile }> {
    for (const { node, file } of this.#all()) if (this.whatCounts.counts(node, file)) yield { node, file };
  }

  /** Files that list something and are not read, because their tool reads the one named instead. */
  *passedOver(): Generator<{ readonly node: TreeNode; readonly instead: string }> {
    for (const { node, file } of this.#all()) {
      const instead = file.packages.length === 0 ? undefined : this.whatCounts.readInstead(node, file);
      if (instead !== undefined) yield { node, instead };
    }
  }

  *#all(): Generator<{ readonly node: TreeNode; readonly file: EvidenceFile }> {
    for (const node of this.#live) for (const file of node.evidence ?? []) yield { node, file };
  }

  /** Every package once for a database, and once for each file otherwise. */
  packages(): readonly PresentPackage[] {
    const found: PresentPackage[] = [];
    const inDatabases = new Map<
      string,
      { layer: number; extractor: string; extracted: ExtractedPackage; nodes: TreeNode[] }
    >();
    for (const { node, file, extracted } of statementsOf(this.files())) {
      const isDatabase = this.databases.has(file.extractor);
      const key = keyOf(file.extractor, extracted);
      const since = isDatabase ? this.#sinceInDatabase.get(file.extractor) : this.#sinceAtNode.get(node);
      const present = { extractor: file.extractor, extracted, layer: since?.get(key) ?? node.layer, nodes: [node] };
      const known = isDatabase ? inDatabases.get(key) : undefined;
      if (known !== undefined) known.nodes.push(node);
      else if (isDatabase) inDatabases.set(key, present);
      else found.push(present);
    }
    return [...found, ...inDatabases.values()];
  }
}

function keyOf(extractor: string, extracted: ExtractedPackage): string {
  const { name, version, architecture, source } = extracted;
  return [extractor, name, version, architecture ?? '', source?.name ?? '', source?.version ?? ''].join('\0');
}
