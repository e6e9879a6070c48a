import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { isMoreUrgent, Lane } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { scanJob, type Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';

/** Who asked for a look at a manifest. */
export type ScanCause = 'push' | 'user' | 'revision' | 'reconcile';

const laneOfCause: Readonly<Record<ScanCause, Lane>> = {
  push: 'push',
  user: 'user',
  revision: 'rescan',
  reconcile: 'backfill',
};

export interface ScanRequest {
  readonly registryId: number;
  readonly repository: string;
  readonly digest: string;
  readonly tag?: string;
  readonly cause: ScanCause;
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

  /** Id of the scan: a new one, or the one that is already waiting for this manifest. */
  async request(request: ScanRequest): Promise<string> {
    const requested = await this.database.$transaction((tx) => recordRequest(tx, request));
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

/** The rows of a request, in the caller's transaction; the caller calls `enqueueScans` once it has committed. */
export async function recordRequest(tx: Transaction, request: ScanRequest): Promise<RequestedScan> {
  const repository = await lockRepository(tx, request.registryId, request.repository);
  const manifest = await tx.manifest.upsert({
    where: { repositoryId_digest: { repositoryId: repository.id, digest: request.digest } },
    create: { repositoryId: repository.id, digest: request.digest },
    update: { deletedAt: null },
  });
  const previousManifestId =
    request.tag === undefined ? null : await moveTag(tx, repository.id, manifest.id, request.tag);
  // One that failed before and waits for its next attempt is no reason to wait.
  const waiting = await tx.scan.findFirst({
    where: { manifestId: manifest.id, state: 'queued', attempts: 0, tag: request.tag ?? null },
    select: { id: true, lane: true },
  });
  const lane = laneOfCause[request.cause];
  if (waiting !== null) return promote(tx, { scanId: waiting.id, lane: Lane.parse(waiting.lane) }, request);
  const scan = await tx.scan.create({
    data: {
      id: randomUUID(),
      repositoryId: repository.id,
      manifestId: manifest.id,
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
    registry: repository.registry,
    repository: request.repository,
    digest,
    cause,
    ...(tag === undefined ? {} : { tag }),
  });
  return { scanId: scan.id, lane };
}

/** What somebody more urgent asks for stops waiting behind what is less so. */
async function promote(tx: Transaction, waiting: RequestedScan, request: ScanRequest): Promise<RequestedScan> {
  const { scanId, lane: movedFrom } = waiting;
  const lane = laneOfCause[request.cause];
  if (!isMoreUrgent(lane, movedFrom)) return waiting;
  const { count } = await tx.scan.updateMany({
    where: { id: scanId, state: 'queued' },
    data: {
      lane,
      cause: request.cause,
      ...(request.deliveryId === undefined ? {} : { deliveryId: request.deliveryId }),
    },
  });
  // Begun in between: it is as good as promoted.
  return count === 0 ? waiting : { scanId, lane, movedFrom };
}

/** One request at a time looks at a repository's tags and waiting scans, so that none is made twice. */
export async function lockRepository(
  tx: Transaction,
  registryId: number,
  name: string,
): Promise<{ id: number; registry: string }> {
  await tx.repository.createMany({ data: { registryId, name }, skipDuplicates: true });
  const [row] = await tx.$queryRaw<{ id: number; registry: string }[]>`
    SELECT r.id, g.name AS registry
      FROM repository r JOIN registry g ON g.id = r.registry_id
     WHERE r.registry_id = ${registryId} AND r.name = ${name}
       FOR UPDATE OF r`;
  if (row === undefined) throw new Error('a repository that was just recorded is not there');
  return row;
}

/** Where the tag pointed before, when that was somewhere else. */
async function moveTag(
  tx: Transaction,
  repositoryId: number,
  manifestId: number,
  name: string,
): Promise<number | null> {
  const before = await tx.tag.findUnique({ where: { repositoryId_name: { repositoryId, name } } });
  if (before === null) {
    await tx.tag.create({ data: { repositoryId, manifestId, name } });
    return null;
  }
  if (before.manifestId === manifestId && before.deletedAt === null) return null;
  await tx.tag.update({ where: { id: before.id }, data: { manifestId, movedAt: new Date(), deletedAt: null } });
  return before.manifestId === manifestId ? null : before.manifestId;
}
