import type { Limits, Refusal } from '@tidewaiter/image';
import type { LayerEvidence } from './layers/layer-evidence.schema';

/** What reading one layer has cost, whoever read it and when: a layer that is known already costs the same. */
export interface LayerCost {
  readonly uncompressedBytes: number;
  readonly evidenceBytes: number;
  readonly packages: number;
}

export const noCost: LayerCost = { uncompressedBytes: 0, evidenceBytes: 0, packages: 0 };

export function costOf({ uncompressedBytes, evidenceBytes, files }: LayerEvidence): LayerCost {
  return { uncompressedBytes, evidenceBytes, packages: files.reduce((sum, file) => sum + file.packages.length, 0) };
}

/** Of a layer that was not read to its end: what it could have unpacked to before a limit stopped it. */
export function costOfFailure(storedBytes: number, { layerBytes, ratio, ratioFloorBytes }: Limits): LayerCost {
  return { ...noCost, uncompressedBytes: Math.min(layerBytes, Math.max(ratioFloorBytes, storedBytes * ratio)) };
}

/**
 * What all layers of one image may cost together. Turns are the order in which layers are begun, which depends on the image alone; a
 * layer counts while those of earlier turns have not used up a limit. Layers are read several at a time, so one may be begun before
 * that is known, and count for nothing in the end: which do count is the same whichever is done first. Only time is not.
 */
export class ImageBudget {
  readonly #costs: LayerCost[] = [];

  constructor(
    private readonly limits: Limits,
    /** When no more layers are begun, in the words of `performance.now`. */
    private readonly deadline: number,
  ) {}

  /** What a layer has cost, or would have. */
  spend(turn: number, cost: LayerCost): void {
    this.#costs[turn] = cost;
  }

  /** Why the layer of a turn is not to be begun, as far as is known by now. */
  refusalToBegin(turn: number): Refusal | undefined {
    const { imageMs } = this.limits;
    if (performance.now() <= this.deadline) return this.refusalToCount(turn);
    return { code: 'image-too-slow', message: `reading the image took longer than ${imageMs} ms before it was begun` };
  }

  /** Why the layer of a turn does not count; final when those of earlier turns are done. */
  refusalToCount(turn: number): Refusal | undefined {
    const { imageBytes, evidenceBytesPerImage, packagesPerImage } = this.limits;
    const spent = { uncompressedBytes: 0, evidenceBytes: 0, packages: 0 };
    // A turn that is not done yet has no cost, and is passed over.
    for (const cost of this.#costs.slice(0, turn)) {
      spent.uncompressedBytes += cost?.uncompressedBytes ?? 0;
      spent.evidenceBytes += cost?.evidenceBytes ?? 0;
      spent.packages += cost?.packages ?? 0;
    }
    if (spent.uncompressedBytes > imageBytes) {
      return { code: 'image-too-large', message: `those read before it unpack to more than ${imageBytes} bytes` };
    }
    if (spent.packages > packagesPerImage) {
      const message = `those read before it state more than ${packagesPerImage} packages`;
      return { code: 'image-too-many-packages', message };
    }
    if (spent.evidenceBytes > evidenceBytesPerImage) {
      const message = `what those read before it hold takes more than ${evidenceBytesPerImage} bytes to keep`;
      return { code: 'image-evidence-too-large', message };
    }
    return undefined;
  }
}
