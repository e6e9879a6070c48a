import type { Inventory, Problem } from '@tidewaiter/contracts';
import { defaultLimits, walkRootfs, type Limits } from '@tidewaiter/image';
import { extractorsFor } from './extractors-for';
import { buildInventory } from './inventory';
import { EvidenceCollector, type Alias, type CollectorOptions } from './layers/evidence-collector';
import type { LayerEvidence } from './layers/layer-evidence.schema';
import { overlay, type MergedImage } from './overlay/overlay';

export interface ReadRootfsOptions {
  readonly limits?: Limits | undefined;
  /** Also what lock files name. */
  readonly lockFiles?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The inventory of a directory that is the root of a file system. It has no layers and no digest. */
export async function readRootfs(root: string, options: ReadRootfsOptions = {}): Promise<Inventory> {
  const limits = options.limits ?? defaultLimits;
  const extractors = extractorsFor(options);
  let aliases: readonly Alias[] = [];
  for (;;) {
    const { evidence, stopped } = await readDirectory(root, { limits, aliases, extractors }, options.signal);
    const merged: MergedImage = overlay([evidence], { extractors, limits });
    if (merged.unread.length > 0 && aliases.length === 0) {
      aliases = merged.unread;
      continue;
    }
    const problems: readonly Problem[] = [...evidence.problems, ...(stopped === undefined ? [] : [stopped])];
    return buildInventory({ image: {}, layers: [], merged, problems });
  }
}

async function readDirectory(
  root: string,
  options: CollectorOptions,
  signal: AbortSignal | undefined,
): Promise<{ evidence: LayerEvidence; stopped: Problem | undefined }> {
  const collector = new EvidenceCollector(options);
  try {
    const stopped = await walkRootfs(root, collector, options.limits, signal);
    return { evidence: await collector.finish(), stopped };
  } finally {
    collector.close();
  }
}
