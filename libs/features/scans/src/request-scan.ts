import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { isMoreUrgent, Lane } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { scanJob, type Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { recordSighting, type ObservationSource, type Sighting } from './sighting';

/** Who asked for a look at a manifest. */
export type ScanCause = 'push' | 'user' | 'attachment' | 'revision' | 'reconcile' | 'retry';

const laneOfCause: Readonly<Record<ScanCause, Lane>> = {
  push: 'push',
  user: 'user',
  attachment: 'rescan',
  revision: 'rescan',
  reconcile: 'backfill',
  retry: 'backfill',
};

const sourceOf: Readonly<Record<ScanCause, ObservationSource>> = {
  push: 'webhook',
  user: 'user',
  attachment: 'reconcile',
  revision: 'reconcile',
  reconcile: 'reconcile',
  retry: 'reconcile',
};

export interface ScanRequest {
  readonly registryId: number;
  readonly repository: string;
  readonly digest: string;
  readonly tag?: string;
  readonly cause: ScanCause;
  /** Who told where the tag points to, when it was a kind of event other than a webhook. */
  readonly source?: ObservationSource;
  readonly deliveryId?: string;
}

/** A scan that waits, and the lane it waits in. */
export interface RequestedScan {
  readonly scanId: string;
  readonly lane: Lane;
  /** It waited in this lane until now; its job there is not needed any more. */
  readonly movedFrom?: Lane;
}

/**
 * Turns "look at this manifest" into rows and a job. The rows come first: a job that is lost between the two is made again
 * from them.
 */
@Injectable()
export class RequestScan {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
  ) {}

  /** Id of the scan: a new one, or the one that is already waiting for this manifest. What is asked for is never out of scope. */
  async request(request: ScanRequest): Promise<string> {
    const requested = await this.database.$transaction(async (tx) =>
      recordScan(tx, { sighting: await sightingOf(tx, request), ...request }),
    );
    await enqueueScans(this.queues, [requested]);
    return requested.scanId;
  }
}

/**
 * Queues scans once their rows are committed. A job that stays behind in another lane does nothing: the lane in the row
 * counts.
 */
export async function enqueueScans(queues: Queues, requested: readonly RequestedScan[]): Promise<void> {
  for (const { scanId, movedFrom } of requested)
    if (movedFrom !== undefined) await queues.withdraw(scanJob(movedFrom), { scanId });
  const lanes = new Set(requested.map(({ lane }) => lane));
  for (const lane of lanes) {
    const payloads = requested.filter((scan) => scan.lane === lane).map(({ scanId }) => ({ scanId }));
    await queues.enqueueMany(scanJob(lane), payloads);
  }
}

/**
 * The rows of a request, in the caller's transaction; the caller calls `enqueueScans` once it has committed. Undefined when a
 * rule of the registry's scope leaves the manifest out: then it was only seen.
 */
export async function recordRequest(tx: Transaction, request: ScanRequest): Promise<RequestedScan | undefined> {
  const sighting = await sightingOf(tx, request);
  return sighting.excludedBy === undefined ? recordScan(tx, { sighting, ...request }) : undefined;
}

function sightingOf(tx: Transaction, request: ScanRequest): Promise<Sighting> {
  const { registryId, repository, digest, tag, cause, source = sourceOf[cause] } = request;
  return recordSighting(tx, { registryId, repository, digest, source, ...(tag === undefined ? {} : { tag }) });
}

export interface ScanOfSighting extends Omit<ScanRequest, 'registryId' | 'source'> {
  readonly sighting: Pick<Sighting, 'repositoryId' | 'registry' | 'manifestId' | 'previousManifestId'>;
}

/** A scan of what was seen: a new one, or the one that is already waiting. The repository's row is locked. */
export async function recordScan(tx: Transaction, { sighting, ...request }: ScanOfSighting): Promise<RequestedScan> {
  const { repositoryId, registry, manifestId, previousManifestId } = sighting;
  // One that failed before and waits for its next attempt is no reason to wait.
  const waiting = await tx.scan.findFirst({
    where: { manifestId, state: 'queued', attempts: 0, tag: request.tag ?? null },
    select: { id: true, lane: true, cause: true },
  });
  const lane = laneOfCause[request.cause];
  if (waiting !== null) return join(tx, waiting, request);
  const scan = await tx.scan.create({
    data: {
      id: randomUUID(),
      repositoryId,
      manifestId,
      tag: request.tag ?? null,
      cause: request.cause,
      lane,
      deliveryId: request.deliveryId ?? null,
      previousManifestId,
      state: 'queued',
    },
  });
  const { digest, tag, cause } = request;
  await recordActivity(tx, 'scan.queued', {
    scanId: scan.id,
    registry,
    repository: request.repository,
    digest,
    cause,
    ...(tag === undefined ? {} : { tag }),
  });
  return { scanId: scan.id, lane };
}

/**
 * What somebody more urgent asks for stops waiting behind what is less so. Once a user asks for it, it is his: he gets all of
 * it, whoever else waits for the same scan.
 */
async function join(
  tx: Transaction,
  { id: scanId, ...waiting }: { readonly id: string; readonly lane: string; readonly cause: string },
  request: Pick<ScanRequest, 'cause' | 'deliveryId'>,
): Promise<RequestedScan> {
  const movedFrom = Lane.parse(waiting.lane);
  const lane = laneOfCause[request.cause];
  const isPromoted = isMoreUrgent(lane, movedFrom);
  const joined: RequestedScan = isPromoted ? { scanId, lane, movedFrom } : { scanId, lane: movedFrom };
  if (!isPromoted && request.cause !== 'user') return joined;
  const { count } = await tx.scan.updateMany({
    where: { id: scanId, state: 'queued' },
    data: {
      lane: joined.lane,
      cause: waiting.cause === 'user' ? waiting.cause : request.cause,
      ...(request.deliveryId === undefined ? {} : { deliveryId: request.deliveryId }),
    },
  });
  // Begun in between: it is as good as promoted.
  return count === 0 ? { scanId, lane: movedFrom } : joined;
}
