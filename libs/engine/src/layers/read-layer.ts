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
  const missed = await first.value.missedLinks();
  if (missed.length === 0) return ok(await first.value.finish());
  const second = await look(input, { ...options, aliases: [...options.aliases, ...missed] });
  if (!second.ok) return second;
  return ok(await second.value.finish());
}

async function look(input: LayerInput, options: LayerReadOptions): Promise<Result<EvidenceCollector, Problem>> {
  const collector = new EvidenceCollector(options);
  const bytes = await input.open();
  const walked = await walkLayer(
    {
      bytes,
      diffId: input.diffId,
      ...(input.digest === undefined ? {} : { digest: input.digest }),
      ...(input.sizeBytes === undefined ? {} : { sizeBytes: input.sizeBytes }),
    },
    collector,
    options.limits,
    options.signal,
  );
  return walked.ok ? ok(collector) : walked;
}
