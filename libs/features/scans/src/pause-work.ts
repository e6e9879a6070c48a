import { Inject, Injectable } from '@nestjs/common';
import { Lane, lanes } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { pauseRecord, type PauseRecord } from '@tidewaiter/features/registries';
import { UserError } from '@tidewaiter/kit';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { enqueueScans } from './request-scan';
import type { LaneList } from './scans.schema';

/** By the name of a registry. */
export type Pausable = { readonly registry: string } | { readonly lane: Lane };

interface Subject {
  readonly registryId: number | null;
  readonly lane: Lane | null;
}

/** Scans queued by the one who resumes; the others are found by the recovery within seconds. */
const atOnce = 1_000;

/**
 * Holds back scans of a registry or of a lane, and lets them go again. Their rows wait meanwhile and their jobs do nothing,
 * so that it makes no difference to a pause whether the queue is lost.
 */
@Injectable()
export class PauseWork {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
  ) {}

  /** What runs goes on to its end. */
  async pause(work: Pausable, { reason, by }: { readonly reason: string; readonly by: string }): Promise<PauseRecord> {
    return this.database.$transaction(async (tx) => {
      const subject = await subjectOf(tx, work);
      const before = await tx.pause.findFirst({ where: { ...subject, resumedAt: null } });
      if (before !== null) {
        const since = before.since.toISOString();
        throw new UserError('already-paused', `it is paused since ${since} by ${before.by}: ${before.reason}`);
      }
      const row = await tx.pause.create({ data: { ...subject, reason, by } });
      await recordActivity(tx, 'work.paused', { ...work, reason, by });
      return pauseRecord(row);
    });
  }

  async resume(work: Pausable, by: string): Promise<void> {
    const subject = await this.database.$transaction(async (tx) => {
      const paused = await subjectOf(tx, work);
      const data = { resumedBy: by, resumedAt: new Date() };
      const { count } = await tx.pause.updateMany({ where: { ...paused, resumedAt: null }, data });
      if (count === 0) throw new UserError('not-paused', 'it is not paused');
      await recordActivity(tx, 'work.resumed', { ...work, by });
      return paused;
    });
    await this.queueAgain(subject);
  }

  async lanes(): Promise<LaneList> {
    const [pauses, counts] = await Promise.all([
      this.database.pause.findMany({ where: { resumedAt: null, lane: { not: null } } }),
      this.database.scan.groupBy({
        by: ['lane', 'state'],
        where: { state: { in: ['queued', 'running'] } },
        _count: true,
      }),
    ]);
    const items = lanes.map((lane) => {
      const pause = pauses.find((row) => row.lane === lane);
      const inState = (state: string) => counts.find((row) => row.lane === lane && row.state === state)?._count ?? 0;
      const paused = pause === undefined ? null : pauseRecord(pause);
      return { lane, queued: inState('queued'), running: inState('running'), pause: paused };
    });
    return { items };
  }

  private async queueAgain({ registryId, lane }: Subject): Promise<void> {
    const ofThese = registryId === null ? { lane: lane ?? '' } : { repository: { registryId } };
    const rows = await this.database.scan.findMany({
      where: { state: 'queued', ...ofThese },
      orderBy: { requestedAt: 'asc' },
      select: { id: true, lane: true },
      take: atOnce,
    });
    const waiting = rows.map((row) => ({ scanId: row.id, lane: Lane.parse(row.lane) }));
    await enqueueScans(this.queues, waiting);
    // What happened meanwhile and told nobody is found at once.
    if (registryId !== null) await this.queues.enqueue('registry.reconcile', { registryId });
  }
}

/** The row of a registry is locked, so that two who pause it do so one after the other. */
async function subjectOf(tx: Transaction, work: Pausable): Promise<Subject> {
  if ('lane' in work) {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`pause ${work.lane}`}, 0))`;
    return { registryId: null, lane: work.lane };
  }
  const [row] = await tx.$queryRaw<{ id: number }[]>`
    SELECT id FROM registry WHERE name = ${work.registry} AND removed_at IS NULL FOR UPDATE`;
  if (row !== undefined) return { registryId: row.id, lane: null };
  throw new UserError('registry-unknown', `no registry named ${JSON.stringify(work.registry)} is watched`);
}
