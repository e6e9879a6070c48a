import { Inject, Injectable } from '@nestjs/common';
import { platformText, type Lane, type Platform } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import { readImage, type ImageReading } from '@tidewaiter/engine';
import { RegistryAccess, RegistryDirectory } from '@tidewaiter/features/registries';
import type { Logger } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import { countingSource, type CountingSource } from './counting-source';
import { LayerReading } from './layer-reading';
import { everyPlatform, platformScope, type PlatformScope } from './platform-scope';
import { PostgresLayerCache } from './postgres-layer-cache';
import { tellProgress } from './scan-progress';
import type { WorkClaims } from './work-claims';

interface ReaderContext {
  readonly lane: Lane;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly scope: PlatformScope;
}

/** What a scan reads, and for which. */
interface ManifestToRead {
  readonly scanId: string;
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
}

interface ScanToScope {
  readonly cause: string;
  readonly manifestId: number;
  readonly repository: { readonly registry: { readonly name: string; readonly removedAt: Date | null } };
}

/** Reads the images a manifest leads to: what was read before comes from the cache of layers. */
@Injectable()
export class ImageReader {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly directory: RegistryDirectory,
    private readonly registries: RegistryAccess,
    private readonly layers: LayerReading,
  ) {}

  /** Who asks for it by name gets all of it; so does the actuator, which releases nothing that was not read whole. */
  async scopeFor({ cause, manifestId, repository }: ScanToScope): Promise<PlatformScope> {
    this.directory.assertTaken(repository.registry);
    const mode = this.directory.find(repository.registry.name)?.config.actuator?.mode ?? 'off';
    return cause === 'user' || mode !== 'off' ? everyPlatform : platformScope(this.database, manifestId);
  }

  async read(
    subject: ManifestToRead,
    { lane, signal, logger, scope }: ReaderContext,
    claims: WorkClaims,
  ): Promise<{ readonly source: CountingSource; readonly readings: readonly ImageReading[] }> {
    const target = { repository: subject.repository, reference: subject.digest, lane, signal };
    const source = countingSource(this.registries.source(subject.registry, target));
    const { database } = this;
    const cache = new PostgresLayerCache({ database, claims, lane, signal });
    const { limits, read: readLayer, concurrency } = this.layers;
    const onProgress = tellProgress({ database, lane, subject, logger, pulledBytes: () => source.pulledBytes() });
    const leavesOut = (platform: Platform): boolean => scope(platformText(platform)) !== undefined;
    const options = { platform: 'all', limits, readLayer, concurrency, cache, signal, leavesOut, onProgress };
    return { source, readings: await readImage(source, options) };
  }
}
