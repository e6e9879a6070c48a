import { createHash } from 'node:crypto';
import type { Extractor } from '@tidewaiter/extractors';
import type { Limits } from '@tidewaiter/image';
import { extractorsFor } from '../extractors-for';
import type { Alias } from './evidence-collector';
import type { LayerEvidence } from './layer-evidence.schema';

/**
 * Where results of layers are kept. What `put` was given under a key, `get` may return for ever. A cache that fails should say
 * so itself and answer "not there": reading the layer again is always right.
 */
export interface LayerCache {
  get(key: string): Promise<LayerEvidence | undefined>;
  put(key: string, evidence: LayerEvidence): Promise<void>;
}

export const noLayerCache: LayerCache = {
  get: () => Promise.resolve(undefined),
  put: () => Promise.resolve(),
};

/** Keeps everything for as long as it lives itself: for one run over several images, and for tests. */
export function memoryLayerCache(): LayerCache {
  const entries = new Map<string, LayerEvidence>();
  return {
    get: (key) => Promise.resolve(entries.get(key)),
    put: (key, evidence) => {
      entries.set(key, evidence);
      return Promise.resolve();
    },
  };
}

/** Raised when the same bytes would give other evidence although no extractor changed. */
const walkerRevision = 3;

/** Raised when the same evidence would give another inventory: overlay, attribution, identification. */
const mergeRevision = 6;

/** Everything that the evidence depends on, and nothing else. */
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
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
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
