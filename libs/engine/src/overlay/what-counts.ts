import type { Extractor } from '@tidewaiter/extractors';
import type { EvidenceFile } from '../layers/layer-evidence.schema';
import type { TreeNode } from './merged-tree';

/** Of what was read from files that have a meaning only together: what holds in the image as it is. */
export class WhatCounts {
  constructor(private readonly extractors: ReadonlyMap<string, Extractor>) {}

  counts(node: TreeNode, file: EvidenceFile): boolean {
    return this.#holdsWithItsLog(node, file) && this.readInstead(node, file) === undefined;
  }

  /** The name of the file beside this one that its tool reads, and not this one. */
  readInstead(node: TreeNode, { extractor }: EvidenceFile): string | undefined {
    const { firstOf = [] } = this.extractors.get(extractor) ?? {};
    const rank = firstOf.indexOf(node.name);
    return firstOf.slice(0, Math.max(0, rank)).find((name) => isReadBy(siblingOf(node, name), extractor));
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

function isReadBy(node: TreeNode | undefined, extractor: string): boolean {
  return node?.evidence?.some((file) => file.extractor === extractor) === true;
}

function siblingOf(node: TreeNode, name: string): TreeNode | undefined {
  return node.parent?.children?.get(name);
}
