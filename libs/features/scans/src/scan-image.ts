import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { inventoryKey, readImage, type ImageReading } from '@tidewaiter/engine';

import { recordActivity } from '@tidewaiter/features/activity';
import { JudgePackages } from '@tidewaiter/features/matches';
import { RegistryAccess } from '@tidewaiter/features/registries';
import { messageOf, OperationalError, UnexpectedError, UserError, type Logger } from '@tidewaiter/kit';
import { jobs, type Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { countingSource } from './counting-source';
import { inventoryParts } from './inventory-parts';
import { PostgresLayerCache } from './postgres-layer-cache';
import { recordImages, type ReadImage } from './record-scan';
import { TellVerdict } from './tell-verdict';
import type { VerdictSubject } from './verdict-message';

export interface ScanOutcome {
  readonly images: number;
  readonly pulledBytes: number;
}

export interface ScanContext {
  /** 1 for the first. */
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Carries out one scan: reads every image its manifest leads to, records and judges the packages that are new, and writes
 * the result in one transaction. Every step may be repeated after a crash and leaves the same rows.
 */
@Injectable()
export class ScanImage {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly registries: RegistryAccess,
    private readonly judgePackages: JudgePackages,
    private readonly tellVerdict: TellVerdict,
  ) {}

  async scan(scanId: string, context: ScanContext): Promise<ScanOutcome> {
    const scan = await this.start(scanId);
    if (scan === undefined) return { images: 0, pulledBytes: 0 };
    try {
      return await this.carryOut(scan, context);
    } catch (error) {
      await this.fail(scan, error);
      throw error;
    }
  }

  /** Undefined when the scan is already done: its job was delivered twice. */
  private async start(scanId: string) {
    const scan = await this.database.scan.findUnique({
      where: { id: scanId },
      include: { manifest: true, repository: { include: { registry: true } } },
    });
    if (scan === null) throw new UserError('scan-unknown', `there is no scan ${scanId}`);
    if (scan.state === 'finished') return undefined;
    await this.database.$transaction(async (tx) => {
      const data = { state: 'running', startedAt: new Date(), attempts: { increment: 1 } };
      await tx.scan.update({ where: { id: scanId }, data });
      await recordActivity(tx, 'scan.started', activityOf(scan));
    });
    return scan;
  }

  private async carryOut(scan: StartedScan, { attempt, signal, logger }: ScanContext): Promise<ScanOutcome> {
    const { repository, manifest } = scan;
    const source = countingSource(
      this.registries.source(repository.registry.name, { repository: repository.name, reference: manifest.digest }),
    );
    const cache = new PostgresLayerCache(this.database);
    const readings = await readImage(source, { platform: 'all', cache, signal });
    const images = await this.recordPackages(readings);
    const pulledBytes = source.pulledBytes();
    const isWhole = !readings.some((reading) => reading.kind === 'inventory' && reading.retryable);
    const isFinal = isWhole || attempt >= jobs['image.scan'].attempts;
    const told = await this.record(scan, { images, pulledBytes, mediaType: source.rootMediaType(), isFinal });
    if (!isFinal) {
      throw new OperationalError(
        'layers-unavailable',
        'the registry did not give every layer; what was read is kept and the rest is tried again',
      );
    }
    logger.info('scan finished', { scanId: scan.id, images: images.length, pulledBytes });
    for (const channelId of told) await this.queues.enqueue('notification.send', { channelId });
    return { images: images.length, pulledBytes };
  }

  private async record(
    scan: StartedScan,
    read: { images: readonly ReadImage[]; pulledBytes: number; mediaType: string; isFinal: boolean },
  ): Promise<readonly string[]> {
    const { images, pulledBytes, mediaType, isFinal } = read;
    return this.database.$transaction(
      async (tx) => {
        const imageIds = await recordImages(tx, {
          manifestId: scan.manifest.id,
          mediaType,
          images,
          inventoryKey: inventoryKey(),
        });
        await tx.scan.update({
          where: { id: scan.id },
          data: { state: 'finished', finishedAt: new Date(), pulledBytes, errorCode: null, error: null },
        });
        const told = isFinal ? await this.tellVerdict.tell(tx, { subject: subjectOf(scan), imageIds }) : [];
        await recordActivity(tx, 'scan.finished', { ...activityOf(scan), images: imageIds.length });
        return told;
      },
      { timeout: 120_000 },
    );
  }

  /** Packages first, in a transaction of their own: a feed that changes meanwhile then finds them by their keys. */
  private async recordPackages(readings: readonly ImageReading[]): Promise<readonly ReadImage[]> {
    const images: ReadImage[] = [];
    for (const reading of readings) {
      const parts =
        reading.kind === 'inventory'
          ? await this.database.$transaction((tx) => inventoryParts(tx, reading.inventory), { timeout: 120_000 })
          : [];
      images.push({ reading, parts });
    }
    await this.judgePackages.judgeNew(images.flatMap(({ parts }) => parts.flatMap((part) => part.packageIds)));
    return images;
  }

  /** The last good result of the manifest stays; the scan says why there is no newer one. */
  private async fail(scan: StartedScan, error: unknown): Promise<void> {
    const errorCode = codeOf(error);
    await this.database.$transaction(async (tx) => {
      await tx.scan.update({
        where: { id: scan.id },
        data: { state: 'failed', finishedAt: new Date(), errorCode, error: messageOf(error).slice(0, 2_000) },
      });
      await recordActivity(tx, 'scan.failed', {
        ...activityOf(scan),
        code: errorCode,
        message: messageOf(error).slice(0, 500),
      });
    });
  }
}

type StartedScan = NonNullable<Awaited<ReturnType<ScanImage['start']>>>;

function activityOf(scan: StartedScan) {
  const { repository, manifest, tag } = scan;
  const place = { registry: repository.registry.name, repository: repository.name, digest: manifest.digest };
  return { scanId: scan.id, ...place, ...(tag === null ? {} : { tag }) };
}

function subjectOf({ repository, manifest, tag, previousManifestId }: StartedScan): VerdictSubject {
  const place = { registry: repository.registry.name, repository: repository.name, digest: manifest.digest };
  return { ...place, tag, previousManifestId };
}

function codeOf(error: unknown): string {
  if (error instanceof UserError || error instanceof OperationalError || error instanceof UnexpectedError)
    return error.code;
  return 'scan-broke';
}
