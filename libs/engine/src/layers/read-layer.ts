import type { Problem } from '@tidewaiter/contracts';
import type { Extractor } from '@tidewaiter/extractors';
import { walkLayer, type Limits } from '@tidewaiter/image';
import { ok, type Result } from '@tidewaiter/kit';
import { EvidenceCollector, type Alias } from './evidence-collector';
import type { LayerEvidence } from './layer-evidence.schema';

export interface LayerInput {
  /** Opens the stored bytes; called a second time when hard links make another look necessary. */
  open(): Promise<AsyncIterable<Uint8Array>>;
  readonly digest?: string;
  readonly sizeBytes?: number;
  readonly diffId: string;
}

export interface LayerReadOptions {
  readonly extractors: readonly Extractor[];
  readonly limits: Limits;
  readonly aliases: readonly Alias[];
  readonly signal?: AbortSignal | undefined;
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
    const { digest, sizeBytes, diffId } = input;
    const walked = await walkLayer(
      {
        bytes: await input.open(),
        diffId,
        ...(digest === undefined ? {} : { digest }),
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
      },
      collector,
      options.limits,
      options.signal,
    );
    if (!walked.ok) return walked;
    const missed = await collector.missedLinks();
    return ok({ evidence: await collector.finish(), missed });
  } finally {
    collector.close();
  }
}
