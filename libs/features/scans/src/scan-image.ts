import { Inject, Injectable } from '@nestjs/common';
import type { Lane } from '@tidewaiter/contracts';
import { postgresText, type Database, type Transaction } from '@tidewaiter/db';
import { inventoryKey, type ImageReading } from '@tidewaiter/engine';
import { recordActivity } from '@tidewaiter/features/activity';
import { JudgePackages, recountSuppressed } from '@tidewaiter/features/matches';
import { ofRegistry, walkWithin } from '@tidewaiter/features/registries';
import { messageOf, OperationalError, UnexpectedError, UserError, type Logger } from '@tidewaiter/kit';
import { jobs, PutOff, type Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { requestAsking, requestSubjects } from './attached-to';
import { AttachedVexDocuments, type AttachedReading, type VexPlace } from './attached-vex';
import { watchCancellation } from './cancellation';
import { ImageReader } from './image-reader';
import { inventoryParts, recordable } from './inventory-parts';
import { knownImages, linkKnown, type KnownImages } from './known-images';
import { recordImages, type ReadImage } from './record-scan';
import { isPaused } from './pauses';
import type { PlatformScope } from './platform-scope';
import { enqueueScans, type RequestedScan } from './request-scan';
import { forgetFailures, planRetry } from './retry-plan';
import { TellVerdict } from './tell-verdict';
import type { VerdictSubject } from './verdict-message';
import { WorkClaims } from './work-claims';

export interface ScanOutcome {
  readonly images: number;
  readonly pulledBytes: number;
}

/** A scan that is begun and never ends takes its process down with it; more than the attempts of a few lost jobs. */
const maxBeginnings = 20;
const walkAfterFailureMs = 10 * 60_000;
/** After a shorter one the attempt counts as one. */
const longestPauseSeconds = 30;

export interface ScanContext {
  /** Of the job; a scan that was moved to another lane meanwhile is left to its job there. */
  readonly lane: Lane;
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
  private readonly claims: WorkClaims;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly reader: ImageReader,
    private readonly judgePackages: JudgePackages,
    private readonly tellVerdict: TellVerdict,
    private readonly attachedVex: AttachedVexDocuments,
  ) {
    this.claims = new WorkClaims(database);
  }

  async scan(scanId: string, context: ScanContext): Promise<ScanOutcome> {
    const scan = await this.start(scanId, context.lane);
    if (scan === undefined) return { images: 0, pulledBytes: 0 };
    const cancellation = watchCancellation(this.database, scanId, context.logger);
    const signal = AbortSignal.any([context.signal, cancellation.signal]);
    try {
      return await this.carryOut(scan, { ...context, signal });
    } catch (error) {
      // The row says by whom.
      if (cancellation.signal.aborted) return { images: 0, pulledBytes: 0 };
      const cause = context.signal.aborted ? abortReason(context.signal) : error;
      if (isPutOff(cause)) throw await this.putOff(scan, cause);
      // Told to stop, or another worker has the job now: the next to run it says what becomes of it.
      if (cause !== undefined) await this.fail(scan, cause, context);
      throw error;
    } finally {
      cancellation.stop();
    }
  }

  /**
   * Undefined when there is nothing to do: its job was delivered twice, another lane has it, its registry or lane is paused, or
   * it took too many processes down with it.
   */
  private async start(scanId: string, lane: Lane) {
    const scan = await this.database.scan.findUnique({
      where: { id: scanId },
      include: { manifest: true, repository: { include: { registry: true } } },
    });
    if (scan === null) throw new UserError('scan-unknown', `there is no scan ${scanId}`);
    if (scan.state === 'finished' || scan.state === 'cancelled' || scan.lane !== lane) return undefined;
    if (await isPaused(this.database, { registryId: scan.repository.registryId, lane })) {
      // One whose worker died waits as the others do.
      await this.database.scan.updateMany({ where: { id: scanId, state: 'running' }, data: { state: 'queued' } });
      return undefined;
    }
    if (scan.attempts >= maxBeginnings) {
      const message = `it was begun ${String(scan.attempts)} times and never came to an end`;
      await this.failForGood(scan, new OperationalError('scan-given-up', message));
      return undefined;
    }
    return this.database.$transaction(async (tx) => {
      const data = { state: 'running', startedAt: new Date(), attempts: { increment: 1 } };
      // Moved between the look and now: its job in the other lane has it. Or cancelled.
      const { count } = await tx.scan.updateMany({ where: { id: scanId, lane, ...notCancelled }, data });
      if (count === 0) return undefined;
      await recordActivity(tx, 'scan.started', activityOf(scan));
      return scan;
    });
  }

  /**
   * However many repositories and tags name a digest, and however many of them were pushed this moment: it is read by one of
   * their scans, and the others take what it found. Who asks for it by name has it read again, which costs two documents.
   */
  private async carryOut(scan: StartedScan, context: ScanContext): Promise<ScanOutcome> {
    const scope = await this.reader.scopeFor(scan);
    if (scan.cause === 'user') return this.read(scan, { ...context, scope });
    const known = { digest: scan.manifest.digest, inventoryKey: inventoryKey(), scope };
    const { lane, signal } = context;
    const find = () => knownImages(this.database, known);
    const make = () => this.read(scan, { ...context, scope });
    const key = `manifest ${known.digest} ${known.inventoryKey}`;
    // One that waits for what is attached holds nothing that a verdict waits for.
    const outcome: ScanOutcome | KnownImages = waitsForAttached(scan)
      ? ((await find()) ?? (await make()))
      : await this.claims.findOrMake<ScanOutcome | KnownImages>({ key, lane, signal, find, make });
    return 'imageIds' in outcome ? this.takeOver(scan, outcome, context) : outcome;
  }

  private async takeOver(
    scan: StartedScan,
    known: KnownImages,
    { lane, signal, logger }: ScanContext,
  ): Promise<ScanOutcome> {
    const images = known.imageIds.length;
    const place = vexPlaceOf(scan, { lane, signal });
    const attached = await this.attachedTo(scan, known.digests, place);
    const asking = await this.askLater(scan, attached);
    const told = await this.database.$transaction(async (tx) => {
      await linkKnown(tx, { ...known, manifestId: scan.manifest.id });
      await this.attachedVex.record(tx, place, attached);
      const notes = vexNotes(attached, asking);
      return this.finish(tx, scan, { imageIds: known.imageIds, pulledBytes: 0, notes, isLacking: false });
    });
    await this.recountSuppressed();
    logger.info('scan answered by another', { scanId: scan.id, images });
    await this.send(told);
    await enqueueScans(this.queues, asking ?? []);
    return { images, pulledBytes: 0 };
  }

  private async read(
    scan: StartedScan,
    { lane, attempt, signal, logger, scope }: ScanContext & { readonly scope: PlatformScope },
  ): Promise<ScanOutcome> {
    const context = { lane, signal, logger, scope };
    const { source, readings } = await this.reader.read(activityOf(scan), context, this.claims);
    const images = await this.recordPackages(readings, signal);
    const place = vexPlaceOf(scan, { lane, signal });
    const digests = readings.flatMap(({ kind, descriptor }) => (kind === 'inventory' ? [descriptor.digest] : []));
    const attached = await this.attachedTo(scan, digests, place);
    const pulledBytes = source.pulledBytes();
    const isWhole = !readings.some((reading) => reading.kind === 'inventory' && reading.retryable);
    const isFinal = isWhole || isLast(attempt);
    const asking = isFinal ? await this.askLater(scan, attached) : undefined;
    const concerned = isFinal ? await requestSubjects(this.database, { ...attachmentPlaceOf(scan), readings }) : [];
    const told = await this.record(scan, {
      images,
      pulledBytes,
      mediaType: source.rootMediaType(),
      isFinal,
      place,
      attached,
      asking,
    });
    await this.recountSuppressed();
    if (!isFinal) {
      throw new OperationalError(
        'layers-unavailable',
        'the registry did not give every layer; what was read is kept and the rest is tried again',
      );
    }
    logger.info('scan finished', { scanId: scan.id, images: images.length, pulledBytes });
    await this.send(told);
    await enqueueScans(this.queues, [...(asking ?? []), ...concerned]);
    return { images: images.length, pulledBytes };
  }

  /** To the manifest and to its images; of what is no image nothing is vouched for. */
  private async attachedTo({ manifest }: StartedScan, images: readonly string[], place: VexPlace) {
    return images.length === 0 ? [] : this.attachedVex.read(place, [manifest.digest, ...images]);
  }

  /**
   * What the registry could not be asked at once is asked by another look, and the verdict does not wait for it. Undefined when there
   * is nothing to ask.
   */
  private async askLater(scan: StartedScan, attached: readonly AttachedReading[]) {
    return attached.some(({ isPutOff }) => isPutOff) ? requestAsking(this.database, scan) : undefined;
  }

  /** Whoever is told of what changed elsewhere is told that nobody vouches for something any more. */
  private async recountSuppressed(): Promise<void> {
    if ((await recountSuppressed(this.database)) > 0) await this.queues.enqueue('rematch.run', {});
  }

  private async send(told: readonly string[]): Promise<void> {
    for (const channelId of told) await this.queues.enqueue('notification.send', { channelId });
  }

  /** The channels that are to be told. */
  private async record(
    scan: StartedScan,
    read: {
      readonly images: readonly ReadImage[];
      readonly pulledBytes: number;
      readonly mediaType: string;
      readonly isFinal: boolean;
      readonly place: VexPlace;
      readonly attached: readonly AttachedReading[];
      readonly asking: readonly RequestedScan[] | undefined;
    },
  ): Promise<readonly string[]> {
    const { images, pulledBytes, mediaType, isFinal, place, attached, asking } = read;
    return this.database.$transaction(
      async (tx) => {
        const { imageIds, kept, isLacking } = await recordImages(tx, {
          manifestId: scan.manifest.id,
          mediaType,
          images,
          inventoryKey: inventoryKey(),
        });
        await this.attachedVex.record(tx, place, attached);
        // Until the last attempt the scan is not done: a crash right here must not look like its end.
        if (!isFinal) return [];
        const notes = [...keptNotes(kept), ...vexNotes(attached, asking)];
        return this.finish(tx, scan, { imageIds, pulledBytes, notes, isLacking });
      },
      { timeout: 120_000 },
    );
  }

  /** The channels that are to be told. */
  private async finish(
    tx: Transaction,
    scan: StartedScan,
    { imageIds, pulledBytes, notes, isLacking }: ScanEnd,
  ): Promise<readonly string[]> {
    const { count } = await tx.scan.updateMany({
      where: { id: scan.id, ...notCancelled },
      data: { state: 'finished', finishedAt: new Date(), pulledBytes, ...noteColumns(notes) },
    });
    if (count === 0) return [];
    if (isLacking) await planRetry(tx, scan.manifestId);
    else await forgetFailures(tx, scan.manifestId);
    const told = await this.tellVerdict.tell(tx, { subject: subjectOf(scan), imageIds });
    await recordActivity(tx, 'scan.finished', { ...activityOf(scan), images: imageIds.length });
    return told;
  }

  /** Packages first, in a transaction of their own: a feed that changes meanwhile then finds them by their keys. */
  private async recordPackages(readings: readonly ImageReading[], signal: AbortSignal): Promise<readonly ReadImage[]> {
    const images: ReadImage[] = [];
    for (const reading of readings) {
      if (reading.kind !== 'inventory') {
        images.push({ reading, parts: [] });
        continue;
      }
      const inventory = recordable(reading.inventory);
      const parts = await this.database.$transaction((tx) => inventoryParts(tx, inventory), { timeout: 120_000 });
      images.push({ reading: { ...reading, inventory }, parts });
    }
    const packageIds = images.flatMap(({ parts }) => parts.flatMap((part) => part.packageIds));
    await this.judgePackages.judgeNew(packageIds, signal);
    return images;
  }

  /** The last good result of the manifest stays; the scan says why there is no newer one, or why it has to wait. */
  private async fail(scan: StartedScan, error: unknown, { attempt }: ScanContext): Promise<void> {
    if (error instanceof UserError || isLast(attempt)) return this.failForGood(scan, error);
    // Queued again: were the queue to lose its next attempt, it would be made anew from this row.
    const data = { state: 'queued', ...errorColumns(error) };
    await this.database.scan.updateMany({ where: { id: scan.id, ...notCancelled }, data });
  }

  /** As if it had not been begun: whoever asks for the same meanwhile waits for the same scan. */
  private async putOff(scan: StartedScan, cause: ThrottledError): Promise<PutOff> {
    const data = { state: 'queued', attempts: { decrement: 1 }, ...errorColumns(cause) };
    await this.database.scan.updateMany({ where: { id: scan.id, ...notCancelled }, data });
    return new PutOff(cause.retryAfterSeconds * 1_000, cause);
  }

  private async failForGood(scan: ScanSubject, error: unknown): Promise<void> {
    const { errorCode, error: message } = errorColumns(error);
    await this.database.$transaction(async (tx) => {
      const data = { state: 'failed', finishedAt: new Date(), errorCode, error: message };
      const { count } = await tx.scan.updateMany({ where: { id: scan.id, ...notCancelled }, data });
      if (count === 0) return;
      await planRetry(tx, scan.manifestId);
      // A walk shows when it is back, and has tried again what failed by then.
      if (ofRegistry.has(errorCode)) await walkWithin(tx, scan.repository.registryId, walkAfterFailureMs);
      await recordActivity(tx, 'scan.failed', {
        ...activityOf(scan),
        code: errorCode,
        message: message.slice(0, 500),
      });
    });
  }
}

/** What was cancelled stays so, whatever its worker was about to write. */
const notCancelled = { state: { not: 'cancelled' } };

type StartedScan = NonNullable<Awaited<ReturnType<ScanImage['start']>>>;

interface ScanEnd {
  readonly imageIds: readonly number[];
  readonly pulledBytes: number;
  readonly notes: readonly ScanNote[];
  /** Something could not be had, and is worth another try. */
  readonly isLacking: boolean;
}

interface ScanSubject {
  readonly id: string;
  readonly manifestId: number;
  readonly tag: string | null;
  readonly repository: {
    readonly name: string;
    readonly registryId: number;
    readonly registry: { readonly name: string };
  };
  readonly manifest: { readonly digest: string };
}

function activityOf(scan: ScanSubject) {
  const { repository, manifest, tag } = scan;
  const place = { registry: repository.registry.name, repository: repository.name, digest: manifest.digest };
  return { scanId: scan.id, ...place, ...(tag === null ? {} : { tag }) };
}

function subjectOf({ repository, manifest, tag, previousManifestId }: StartedScan): VerdictSubject {
  const place = { registry: repository.registry.name, repository: repository.name, digest: manifest.digest };
  return { ...place, manifestId: manifest.id, tag, previousManifestId };
}

/** Why the scan failed, when its time was up; undefined when it was only this worker that had to stop. */
function abortReason({ reason }: { readonly reason: unknown }): OperationalError | undefined {
  return reason instanceof OperationalError && reason.code === 'job-timeout' ? reason : undefined;
}

type ThrottledError = OperationalError & { readonly retryAfterSeconds: number };

/** The registry has answered so much that the next request has to wait for longer than anybody should for whom others wait. */
function isPutOff(error: unknown): error is ThrottledError {
  if (!(error instanceof OperationalError) || error.code !== 'registry-throttled') return false;
  return (error.retryAfterSeconds ?? 0) > longestPauseSeconds;
}

function isLast(attempt: number): boolean {
  return attempt >= jobs['image.scan.push'].attempts;
}

function errorColumns(error: unknown) {
  return { errorCode: codeOf(error), error: postgresText(messageOf(error)).slice(0, 2_000) };
}

/** What a scan that is done has to say: the first one's code stands for all. */
interface ScanNote {
  readonly code: string;
  readonly message: string;
}

function noteColumns(notes: readonly ScanNote[]) {
  const [first] = notes;
  if (first === undefined) return { errorCode: null, error: null };
  const error = notes.map(({ message }) => message).join('\n');
  return { errorCode: first.code, error: postgresText(error).slice(0, 2_000) };
}

/** It brought less than what is known. */
function keptNotes(kept: readonly string[]): readonly ScanNote[] {
  if (kept.length === 0) return [];
  const message = `the last good result stays, because less could be read this time: ${kept.join('; ')}`;
  return [{ code: 'result-kept', message }];
}

/** Findings are as right without it, only fewer of them may be suppressed. */
function vexNotes(
  attached: readonly AttachedReading[],
  asking: readonly RequestedScan[] | undefined,
): readonly ScanNote[] {
  const unread = attached.flatMap(({ subject, problems }) =>
    problems.map((problem) => ({
      code: 'attached-vex-unreadable',
      message: `of the VEX attached to ${subject} something could not be read: ${problem}`,
    })),
  );
  if (asking === undefined) return unread;
  const putOff = attached
    .filter(({ isPutOff }) => isPutOff)
    .map(({ subject }) => ({
      code: 'attached-vex-put-off',
      message: `what is attached to ${subject} is asked for by another look, as soon as the registry's limit lets it`,
    }));
  return [...unread, ...putOff];
}

function attachmentPlaceOf({ repository, tag }: StartedScan) {
  return { registry: repository.registry.name, repository, tag };
}

function vexPlaceOf(scan: StartedScan, how: Pick<VexPlace, 'lane' | 'signal'>): VexPlace {
  const { repository, manifestId } = scan;
  return { registry: repository.registry, repository, manifestId, waits: waitsForAttached(scan), ...how };
}

function waitsForAttached({ cause }: { readonly cause: string }): boolean {
  return cause === 'attachment';
}

function codeOf(error: unknown): string {
  if (error instanceof UserError || error instanceof OperationalError || error instanceof UnexpectedError)
    return error.code;
  return 'scan-broke';
}
