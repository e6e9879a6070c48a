import type { Problem } from '@tidewaiter/contracts';
import type { Extractor } from '@tidewaiter/extractors';
import { walkLayer, type Inflating, type Limits } from '@tidewaiter/image';
import { ok, type Result } from '@tidewaiter/kit';
import { extractorsFor } from '../extractors-for';
import { EvidenceCollector, type Alias } from './evidence-collector';
import type { LayerEvidence } from './layer-evidence.schema';

export interface LayerInput {
  /** Opens the stored bytes; called a second time when hard links make another look necessary. */
  open(): Promise<AsyncIterable<Uint8Array>>;
  readonly digest?: string;
  readonly sizeBytes?: number;
  readonly diffId: string;
  readonly inflating?: Inflating;
}

/** How to read it, as data: it may be done by another thread. */
export interface LayerTask {
  readonly limits: Limits;
  readonly aliases: readonly Alias[];
  readonly lockFiles?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type LayerReader = (input: LayerInput, task: LayerTask) => Promise<Result<LayerEvidence, Problem>>;

/** On the caller's own thread. */
export const readLayerHere: LayerReader = (input, { lockFiles, ...task }) =>
  readLayer(input, { ...task, extractors: extractorsFor({ lockFiles }) });

export interface LayerReadOptions extends Omit<LayerTask, 'lockFiles'> {
  readonly extractors: readonly Extractor[];
}

/** One layer, alone: the same bytes give the same evidence, wherever and whenever it is read. */
export async function readLayer(input: LayerInput, options: LayerReadOptions): Promise<Result<LayerEvidence, Problem>> {
  const first = await look(input, options);
  if (!first.ok) return first;
  const { evidence, missed } = first.value;
  if (missed.length === 0) return ok(evidence);
  const second = await look(input, { ...options, aliases: [...options.aliases, ...missed] });
  return second.ok ? ok(second.value.evidence) : second;
}

interface Look {
  readonly evidence: LayerEvidence;
  readonly missed: readonly Alias[];
}

async function look(input: LayerInput, options: LayerReadOptions): Promise<Result<Look, Problem>> {
  const collector = new EvidenceCollector(options);
  try {
    const { digest, sizeBytes, diffId, inflating } = input;
    const walked = await walkLayer(
      {
        bytes: await input.open(),
        diffId,
        inflating,
        ...(digest === undefined ? {} : { digest }),
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
      },
      collector,
      options.limits,
      options.signal,
    );
    if (!walked.ok) return walked;
    const missed = await collector.missedLinks();
    return ok({ evidence: await collector.finish(walked.value.uncompressedBytes), missed });
  } finally {
    collector.close();
  }
}
