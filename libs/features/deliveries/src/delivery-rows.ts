import { createHash, randomUUID } from 'node:crypto';
import { postgresText, type Database } from '@tidewaiter/db';
import type { RegistryEvent } from '@tidewaiter/registry';
import type { HookSource } from './parse-hook';

/** Bytes of a body that are kept for the reader of a rejected delivery. */
const excerptLength = 2_000;

export interface ReceivedBody {
  readonly source: HookSource;
  readonly registryName: string;
  readonly registryId: number | null;
  readonly body: Buffer;
}

export interface StoredDelivery {
  readonly id: string;
  readonly isDuplicate: boolean;
}

/** Keeps one event. A second delivery of the same event gets a row of its own that says so. */
export async function storeEvent(
  database: Database,
  received: ReceivedBody,
  event: RegistryEvent,
): Promise<StoredDelivery> {
  const data = {
    ...common(received),
    ...eventColumns(event),
    state: 'received',
    dedupeKey: dedupeKeyOf(received, event),
  };
  const id = randomUUID();
  const { count } = await database.delivery.createMany({ data: { id, ...data }, skipDuplicates: true });
  if (count === 1) return { id, isDuplicate: false };
  const original = await database.delivery.findUnique({ where: { dedupeKey: data.dedupeKey }, select: { id: true } });
  await database.delivery.create({
    data: { id, ...data, dedupeKey: null, state: 'duplicate', processedAt: new Date() },
  });
  return { id: original?.id ?? id, isDuplicate: true };
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** Keeps what could not be taken, with the reason and the beginning of its body. */
export async function storeRejected(
  database: Database,
  received: ReceivedBody,
  { code, message }: Refusal,
): Promise<string> {
  const id = randomUUID();
  await database.delivery.create({
    data: {
      ...common(received),
      id,
      state: 'rejected',
      problemCode: code,
      problem: postgresText(message),
      bodyExcerpt: excerptOf(received.body),
      processedAt: new Date(),
    },
  });
  return id;
}

function common({ source, registryName, registryId, body }: ReceivedBody) {
  return { source, registryName: postgresText(registryName.slice(0, 200)), registryId, bodySha256: sha256(body) };
}

function eventColumns(event: RegistryEvent) {
  const { action, occurredAt } = event;
  const eventId = postgresText(event.eventId);
  const content =
    event.action === 'ping'
      ? {}
      : { repository: event.repository, tag: event.tag ?? null, digest: event.digest ?? null };
  return { eventId, action, occurredAt: occurredAt ?? null, ...content };
}

function dedupeKeyOf({ source, registryName }: ReceivedBody, { eventId }: RegistryEvent): string {
  return postgresText(`${registryName}/${source}/${eventId}`);
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function excerptOf(body: Buffer): string {
  return postgresText(body.subarray(0, excerptLength).toString('utf8'));
}
