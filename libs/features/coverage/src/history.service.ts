import { Inject, Injectable } from '@nestjs/common';
import type { Database, Prisma } from '@tidewaiter/db';
import { UserError } from '@tidewaiter/kit';
import { DATABASE, keyset } from '@tidewaiter/server';
import { z } from 'zod';
import {
  DeliveryState,
  ScanRecord,
  type DeliveryListQuery,
  type DeliveryPage,
  type DeliveryRecord,
  type ScanListQuery,
  type ScanPage,
} from './history.schema';

const TimeKey = z.tuple([z.iso.datetime(), z.uuid()]);

/** What came in and what was done about it: deliveries and scans, newest first. */
@Injectable()
export class HistoryService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async listScans({ limit, cursor, registry, repository, digest, state }: ScanListQuery): Promise<ScanPage> {
    const keys = keyset({ key: TimeKey, query: { list: 'scans', registry, repository, digest, state } });
    const after = keys.after(cursor);
    const rows = await this.database.scan.findMany({
      where: {
        ...(state === undefined ? {} : { state }),
        ...(digest === undefined ? {} : { manifest: { digest } }),
        ...(registry === undefined && repository === undefined
          ? {}
          : {
              repository: {
                ...(repository === undefined ? {} : { name: repository }),
                ...(registry === undefined ? {} : { registry: { name: registry } }),
              },
            }),
        ...(after === undefined ? {} : olderThan('requestedAt', after)),
      },
      include: scanRelations,
      orderBy: [{ requestedAt: 'desc' }, { id: 'asc' }],
      take: limit + 1,
    });
    return keys.page(rows, { limit, keyOf: (row) => [row.requestedAt.toISOString(), row.id], toItem: toScan });
  }

  async getScan(id: string): Promise<ScanRecord> {
    const row = await this.database.scan.findUnique({ where: { id }, include: scanRelations });
    if (row === null) throw new UserError('scan-not-found', `no scan has the id ${id}`);
    return toScan(row);
  }

  async listDeliveries({ limit, cursor, registry, ...filter }: DeliveryListQuery): Promise<DeliveryPage> {
    const keys = keyset({ key: TimeKey, query: { list: 'deliveries', registry, ...filter } });
    const after = keys.after(cursor);
    const rows = await this.database.delivery.findMany({
      where: {
        ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
        ...(registry === undefined ? {} : { registryName: registry }),
        ...(after === undefined ? {} : olderThan('receivedAt', after)),
      },
      include: deliveryRelations,
      orderBy: [{ receivedAt: 'desc' }, { id: 'asc' }],
      take: limit + 1,
    });
    return keys.page(rows, { limit, keyOf: (row) => [row.receivedAt.toISOString(), row.id], toItem: toDelivery });
  }
}

const scanRelations = {
  repository: { select: { name: true, registry: { select: { name: true } } } },
  manifest: { select: { digest: true } },
} as const;

type ScanRow = Prisma.ScanGetPayload<{ include: typeof scanRelations }>;
const deliveryRelations = { scans: { select: { id: true } } } as const;

type DeliveryRow = Prisma.DeliveryGetPayload<{ include: typeof deliveryRelations }>;

/** `field <= time` lets the index find the place; the rest drops what the page before had of the same instant. */
function olderThan<F extends 'requestedAt' | 'receivedAt'>(field: F, [time, id]: readonly [string, string]) {
  const at = new Date(time);
  return { [field]: { lte: at }, OR: [{ [field]: { lt: at } }, { id: { gt: id } }] };
}

function toScan(row: ScanRow): ScanRecord {
  return {
    id: row.id,
    registry: row.repository.registry.name,
    repository: row.repository.name,
    tag: row.tag,
    digest: row.manifest.digest,
    cause: ScanRecord.shape.cause.parse(row.cause),
    lane: ScanRecord.shape.lane.parse(row.lane),
    state: ScanRecord.shape.state.parse(row.state),
    cancelledBy: row.cancelledBy,
    attempts: row.attempts,
    requestedAt: row.requestedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    pulledBytes: Number(row.pulledBytes),
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.error ?? '' },
    deliveryId: row.deliveryId,
  };
}

function toDelivery(row: DeliveryRow): DeliveryRecord {
  return {
    id: row.id,
    registry: row.registryName,
    source: row.source,
    receivedAt: row.receivedAt.toISOString(),
    processedAt: row.processedAt?.toISOString() ?? null,
    state: DeliveryState.parse(row.state),
    eventId: row.eventId,
    action: row.action,
    repository: row.repository,
    tag: row.tag,
    digest: row.digest,
    occurredAt: row.occurredAt,
    region: row.region,
    scanIds: row.scans.map(({ id }) => id),
    problem: row.problemCode === null ? null : { code: row.problemCode, message: row.problem ?? '' },
    bodyExcerpt: row.bodyExcerpt,
  };
}
