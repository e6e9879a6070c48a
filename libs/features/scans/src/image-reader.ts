import { Inject, Injectable } from '@nestjs/common';
import type { Lane } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import { readImage, type ImageReading } from '@tidewaiter/engine';
import { RegistryAccess } from '@tidewaiter/features/registries';
import type { Logger } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import { countingSource, type CountingSource } from './counting-source';
import { LayerReading } from './layer-reading';
import { PostgresLayerCache } from './postgres-layer-cache';
import { tellProgress } from './scan-progress';
import type { WorkClaims } from './work-claims';

interface ReaderContext {
  readonly lane: Lane;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** What a scan reads, and for which. */
interface ManifestToRead {
  readonly scanId: string;
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
}

/** Reads the images a manifest leads to: what was read before comes from the cache of layers. */
@Injectable()
export class ImageReader {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly registries: RegistryAccess,
    private readonly layers: LayerReading,
  ) {}

  async read(
    subject: ManifestToRead,
    { lane, signal, logger }: ReaderContext,
    claims: WorkClaims,
  ): Promise<{ readonly source: CountingSource; readonly readings: readonly ImageReading[] }> {
    const target = { repository: subject.repository, reference: subject.digest, lane, signal };
    const source = countingSource(this.registries.source(subject.registry, target));
    const { database } = this;
    const cache = new PostgresLayerCache({ database, claims, lane, signal });
    const { limits, read: readLayer, concurrency } = this.layers;
    const onProgress = tellProgress({ database, lane, subject, logger, pulledBytes: () => source.pulledBytes() });
    const options = { platform: 'all', limits, readLayer, concurrency, cache, signal, onProgress };
    return { source, readings: await readImage(source, options) };
  }
}
