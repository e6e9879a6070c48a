import { createHash } from 'node:crypto';
import type { Extractor } from '@tidewaiter/extractors';
import type { Limits } from '@tidewaiter/image';
import { ok, textOrder, type Result } from '@tidewaiter/kit';
import { extractorsFor, revisionOf } from '../extractors-for';
import type { Alias } from './evidence-collector';
import type { LayerEvidence } from './layer-evidence.schema';

/** Under what the evidence of a layer is kept, and whether what is kept still holds. */
export interface LayerSlot {
  readonly key: string;
  /** False when an extractor that read files of the layer has another revision by now. */
  isCurrent(evidence: LayerEvidence): boolean;
}

/**
 * Where results of layers are kept. What was read may be given for as long as it is current. Reading the layer again is always
 * right, so a cache may also wait for somebody else who is reading it.
 */
export interface LayerCache {
  /** What is kept in the slot, or else what `read` gives, which is kept when it is ok. Throws what `read` throws. */
  getOrRead<E>(slot: LayerSlot, read: () => Promise<Result<LayerEvidence, E>>): Promise<Result<LayerEvidence, E>>;
}

export const noLayerCache: LayerCache = { getOrRead: (_key, read) => read() };

/** Keeps everything for as long as it lives itself: for one run over several images, and for tests. */
export function memoryLayerCache(): LayerCache {
  const entries = new Map<string, LayerEvidence>();
  return {
    async getOrRead({ key, isCurrent }, read) {
      const known = entries.get(key);
      if (known !== undefined && isCurrent(known)) return ok(known);
      const result = await read();
      if (result.ok) entries.set(key, result.value);
      return result;
    },
  };
}

/** Raised when the same bytes would give other evidence although no extractor changed. */
const walkerRevision = 9;

/** Raised when the same evidence would give another inventory: overlay, attribution, identification. */
const mergeRevision = 16;

/**
 * Everything that the evidence depends on. An extractor that was given no file of a layer has no part in it, whatever its
 * revision: so revisions are told by the evidence, and the key has only what the extractors look at. Where that changes, every
 * layer is read again: what else a layer holds is not known. The diffID comes first, so that one sees what layer it is of.
 */
export function layerSlot(
  diffId: string,
  extractors: readonly Extractor[],
  limits: Limits,
  aliases: readonly Alias[],
): LayerSlot {
  const parts = {
    diffId,
    walkerRevision,
    extractors: [...extractors].sort((a, b) => textOrder(a.id, b.id)).map(({ id, reads, files }) => [id, reads, files]),
    // Only the limits that decide what is kept of a layer; the others stop it as a whole, and then nothing is kept.
    limits: [
      limits.entriesPerLayer,
      limits.pathBytes,
      limits.fileBytes,
      limits.extractorFileBytes,
      limits.factsPerLayer,
      limits.packagesPerFile,
      limits.packagesPerLayer,
      limits.evidenceBytesPerLayer,
      limits.problemsPerFile,
      limits.symlinkHops,
      limits.archiveDepth,
      limits.archiveEntries,
      limits.archiveBytes,
    ],
    ...(aliases.length === 0 ? {} : { aliases: aliases.map((alias) => [alias.real, alias.as]).sort() }),
  };
  const current = new Set(extractors.map(revisionOf));
  return {
    key: `${diffId} ${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`,
    isCurrent: ({ readers }) => readers.every((reader) => current.has(reader)),
  };
}

/** Changes whenever the same image may give another inventory: inventories of another key are worth making anew. */
export function inventoryKey(extractors: readonly Extractor[] = extractorsFor({})): string {
  return createHash('sha256')
    .update(JSON.stringify({ extractors: extractors.map(revisionOf).sort(), walkerRevision, mergeRevision }))
    .digest('hex');
}
