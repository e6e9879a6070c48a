import { createHash } from 'node:crypto';
import type { Extractor } from '@tidewaiter/extractors';
import type { Limits } from '@tidewaiter/image';
import { ok, type Result } from '@tidewaiter/kit';
import { extractorsFor } from '../extractors-for';
import type { Alias } from './evidence-collector';
import type { LayerEvidence } from './layer-evidence.schema';

/**
 * Where results of layers are kept. What was read under a key may be given for ever. Reading the layer again is always right, so a
 * cache may also wait for somebody else who is reading it.
 */
export interface LayerCache {
  /** What is kept under the key, or else what `read` gives, which is kept when it is ok. Throws what `read` throws. */
  getOrRead<E>(key: string, read: () => Promise<Result<LayerEvidence, E>>): Promise<Result<LayerEvidence, E>>;
}

export const noLayerCache: LayerCache = { getOrRead: (_key, read) => read() };

/** Keeps everything for as long as it lives itself: for one run over several images, and for tests. */
export function memoryLayerCache(): LayerCache {
  const entries = new Map<string, LayerEvidence>();
  return {
    async getOrRead(key, read) {
      const known = entries.get(key);
      if (known !== undefined) return ok(known);
      const result = await read();
      if (result.ok) entries.set(key, result.value);
      return result;
    },
  };
}

/** Raised when the same bytes would give other evidence although no extractor changed. */
const walkerRevision = 3;

/** Raised when the same evidence would give another inventory: overlay, attribution, identification. */
const mergeRevision = 6;

/** Everything that the evidence depends on, and nothing else. The diffID comes first, so that one sees what layer it is of. */
export function layerKey(
  diffId: string,
  extractors: readonly Extractor[],
  limits: Limits,
  aliases: readonly Alias[],
): string {
  const parts = {
    diffId,
    ...revisionsOf(extractors),
    // Only the limits that decide what is kept of a layer; the others stop it as a whole, and then nothing is kept.
    limits: [
      limits.entriesPerLayer,
      limits.pathBytes,
      limits.fileBytes,
      limits.factsPerLayer,
      limits.symlinkHops,
      limits.archiveDepth,
      limits.archiveEntries,
      limits.archiveBytes,
    ],
    ...(aliases.length === 0 ? {} : { aliases: aliases.map((alias) => [alias.real, alias.as]).sort() }),
  };
  return `${diffId} ${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
}

/** Changes whenever the same image may give another inventory: inventories of another key are worth making anew. */
export function inventoryKey(extractors: readonly Extractor[] = extractorsFor({})): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...revisionsOf(extractors), mergeRevision }))
    .digest('hex');
}

function revisionsOf(extractors: readonly Extractor[]): object {
  return { extractors: extractors.map((extractor) => `${extractor.id}@${extractor.revision}`).sort(), walkerRevision };
}
