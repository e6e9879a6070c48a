import type { Inventory, Problem } from '@tidewaiter/contracts';
import { extractors } from '@tidewaiter/extractors';
import { defaultLimits, walkRootfs, type Limits } from '@tidewaiter/image';
import { buildInventory } from './inventory';
import { EvidenceCollector, type Alias } from './layers/evidence-collector';
import type { LayerEvidence } from './layers/layer-evidence.schema';
import { overlay, type MergedImage } from './overlay/overlay';

export interface ReadRootfsOptions {
  readonly limits?: Limits | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The inventory of a directory that is the root of a file system. It has no layers and no digest. */
export async function readRootfs(root: string, options: ReadRootfsOptions = {}): Promise<Inventory> {
  const limits = options.limits ?? defaultLimits;
  let aliases: readonly Alias[] = [];
  for (;;) {
    const { evidence, stopped } = await readDirectory(root, { ...options, limits, aliases });
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
  options: { readonly limits: Limits; readonly aliases: readonly Alias[]; readonly signal?: AbortSignal | undefined },
): Promise<{ evidence: LayerEvidence; stopped: Problem | undefined }> {
  const collector = new EvidenceCollector({ extractors, limits: options.limits, aliases: options.aliases });
  try {
    const stopped = await walkRootfs(root, collector, options.limits, options.signal);
    return { evidence: await collector.finish(), stopped };
  } finally {
    collector.close();
  }
}
