import type { Extractor } from '@tidewaiter/extractors';
import { textOrder } from '@tidewaiter/kit';
import type { EvidenceFile } from '../layers/layer-evidence.schema';
import type { TreeNode } from './merged-tree';

/** Of what was read from files that have a meaning only together: what holds in the image as it is. */
export class WhatCounts {
  #settings: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map();

  constructor(
    private readonly extractors: ReadonlyMap<string, Extractor>,
    private readonly find: (path: string) => TreeNode | undefined,
  ) {}

  /** What package managers of the image are set to, as files state it that are there now, in any order. */
  configure(stating: Iterable<TreeNode>): void {
    const files = [...stating].flatMap((node) => node.evidence ?? []);
    files.sort((a, b) => (a.settings?.rank ?? 0) - (b.settings?.rank ?? 0) || textOrder(a.path, b.path));
    const all = new Map<string, Map<string, string>>();
    for (const { extractor, settings } of files) {
      const known = all.get(extractor) ?? new Map<string, string>();
      for (const [name, value] of Object.entries(settings?.values ?? {})) known.set(name, value);
      all.set(extractor, known);
    }
    this.#settings = all;
  }

  counts(node: TreeNode, file: EvidenceFile): boolean {
    return this.#holdsWithItsLog(node, file) && this.readInstead(node, file) === undefined;
  }

  /** The file that its tool reads, and not this one: by its name where it lies beside it. */
  readInstead(node: TreeNode, { extractor }: EvidenceFile): string | undefined {
    const { databaseChoice, logSuffix = '' } = this.extractors.get(extractor) ?? {};
    if (databaseChoice === undefined) return undefined;
    const { firstOf, directory } = databaseChoice(this.#settings.get(extractor) ?? noSettings);
    const isLog = logSuffix !== '' && node.name.endsWith(logSuffix);
    const rank = firstOf.indexOf(isLog ? node.name.slice(0, -logSuffix.length) : node.name);
    if (rank === -1) return undefined;
    const isThere = (place: TreeNode | undefined) => (name: string) => isReadBy(place?.children?.get(name), extractor);
    const place = directory === undefined ? undefined : this.find(directory);
    const elsewhere = place === node.parent ? undefined : firstOf.find(isThere(place));
    if (elsewhere !== undefined) return `${directory ?? ''}/${elsewhere}`;
    return isLog ? undefined : firstOf.slice(0, rank).find(isThere(node.parent));
  }

  #holdsWithItsLog(node: TreeNode, { extractor, readWith }: EvidenceFile): boolean {
    if (readWith !== undefined) return isOfSameLayer(node, readWith);
    if (logAppliedTo(node, extractor) !== undefined) return false;
    const { logSuffix } = this.extractors.get(extractor) ?? {};
    if (logSuffix === undefined || !node.name.endsWith(logSuffix)) return true;
    const logged = siblingOf(node, node.name.slice(0, -logSuffix.length));
    return logged === undefined || logAppliedTo(logged, extractor) !== node.name;
  }
}

/** A log that a later layer took away, or a file that it wrote without a log, are no longer what was read together. */
function logAppliedTo(node: TreeNode, extractor: string): string | undefined {
  return node.evidence?.find(
    (file) => file.extractor === extractor && file.readWith !== undefined && isOfSameLayer(node, file.readWith),
  )?.readWith;
}

function isOfSameLayer(node: TreeNode, name: string): boolean {
  return siblingOf(node, name)?.layer === node.layer;
}

export function isReadBy(node: TreeNode | undefined, extractor: string): boolean {
  return node?.evidence?.some((file) => file.extractor === extractor) === true;
}

function siblingOf(node: TreeNode, name: string): TreeNode | undefined {
  return node.parent?.children?.get(name);
}

const noSettings: ReadonlyMap<string, string> = new Map();
