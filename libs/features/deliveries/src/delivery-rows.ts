import { hash } from 'node:crypto';
import { jsonbText, postgresText, type Database } from '@tidewaiter/db';
import type { RegistryEvent } from '@tidewaiter/registry';
import { timeOrderedId } from './time-ordered-id';

/** Bytes of a body that are kept for the reader of a rejected delivery. */
const excerptLength = 2_000;

export interface ReceivedBody {
  /** Id of the hook source. */
  readonly source: string;
  readonly registryName: string;
  readonly registryId: number | null;
  readonly body: Buffer;
}

/** An event on its way to its row. */
export type EventRow = ReturnType<typeof eventRow>;

export interface StoredDelivery {
  /** Of the delivery that told the event first. */
  readonly id: string;
  readonly isDuplicate: boolean;
}

export function eventRow(received: ReceivedBody, event: RegistryEvent) {
  return {
    ...common(received),
    id: timeOrderedId(),
    eventId: postgresText(event.eventId),
    action: event.action,
    repository: 'repository' in event ? event.repository : null,
    tag: ('tag' in event ? event.tag : undefined) ?? null,
    digest: ('digest' in event ? event.digest : undefined) ?? null,
    occurredAt: event.occurredAt ?? null,
    region: event.region ?? null,
    dedupeKey: dedupeKeyOf(received, event),
  };
}

/**
 * Keeps events, in one statement. One that was told before gets a row of its own that says so. The outcomes are in the order of
 * the rows.
 */
export async function storeEvents(database: Database, rows: readonly EventRow[]): Promise<readonly StoredDelivery[]> {
  const stored = await database.$queryRaw<{ id: string }[]>`
    INSERT INTO delivery (id, registry_id, registry_name, source, body_sha256, event_id, action, repository, tag, digest,
                          occurred_at, region, dedupe_key, state)
    SELECT id, "registryId", "registryName", source, "bodySha256", "eventId", action, repository, tag, digest,
           "occurredAt", region, "dedupeKey", 'received'
      FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r(id uuid, "registryId" int, "registryName" text, source text,
           "bodySha256" text, "eventId" text, action text, repository text, tag text, digest text, "occurredAt" text,
           region text, "dedupeKey" text)
    ON CONFLICT (dedupe_key) DO NOTHING
    RETURNING id`;
  if (stored.length === rows.length) return rows.map(({ id }) => ({ id, isDuplicate: false }));
  const isNew = new Set(stored.map(({ id }) => id));
  const repeated = rows.filter(({ id }) => !isNew.has(id));
  const originals = await storeRepeated(database, repeated);
  return rows.map(({ id, dedupeKey }) =>
    isNew.has(id) ? { id, isDuplicate: false } : { id: originals.get(dedupeKey) ?? id, isDuplicate: true },
  );
}

/** By dedupe key, the ids of those that told the events first. */
async function storeRepeated(database: Database, rows: readonly EventRow[]): Promise<ReadonlyMap<string, string>> {
  const keys = rows.map(({ dedupeKey }) => dedupeKey);
  const found = await database.delivery.findMany({
    where: { dedupeKey: { in: keys } },
    select: { id: true, dedupeKey: true },
  });
  const originals = new Map(found.map(({ id, dedupeKey }) => [dedupeKey ?? '', id]));
  const processedAt = new Date();
  await database.delivery.createMany({
    data: rows.map(({ dedupeKey, ...row }) => ({
      ...row,
      state: 'duplicate',
      problemCode: 'event-repeated',
      problem: `delivery ${originals.get(dedupeKey) ?? 'that is gone'} was the same event`,
      processedAt,
    })),
  });
  return originals;
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
  const id = timeOrderedId();
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

/** An index does not take keys of any length. */
function dedupeKeyOf({ source, registryName }: ReceivedBody, { eventId }: RegistryEvent): string {
  const key = `${registryName}/${source}/${eventId}`;
  return postgresText(key.length <= 500 ? key : sha256(key));
}

function sha256(text: Buffer | string): string {
  return hash('sha256', text);
}

function excerptOf(body: Buffer): string {
  return postgresText(body.subarray(0, excerptLength).toString('utf8'));
}
