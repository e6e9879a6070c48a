import type { Database } from '@tidewaiter/db';
import type { KnownRegistry } from '@tidewaiter/features/registries';
import type { ManifestPlace } from './quarantine-facts';
import { insertCase, triedByRule } from './quarantine-rows';

/** After the first, second, ... failure in a row; the last wait is that of every further one. */
const retryHours = [1, 6, 24, 72, 168] as const;
const hourMs = 3_600_000;

interface FailedCase extends ManifestPlace {
  readonly id: string;
  readonly tag: string | null;
  readonly isDeleted: boolean;
}

/** When what a rule wants is decided and tried again after it has failed once more. */
export async function nextTryAt(database: Database, place: ManifestPlace): Promise<Date> {
  const { registryId, repository, digest } = place;
  const ends = await database.registryAction.findMany({
    where: { registryId, repository, digest, ...triedByRule, state: { in: ['done', 'failed'] } },
    orderBy: { createdAt: 'desc' },
    take: retryHours.length - 1,
    select: { state: true },
  });
  const good = ends.findIndex(({ state }) => state === 'done');
  const failures = good < 0 ? ends.length : good;
  return new Date(Date.now() + (retryHours[failures] ?? 0) * hourMs);
}

/** What failed and is to be tried again now. A dry run tries nothing. */
export async function dueTries(
  database: Database,
  { id: registryId, config: { actuator } }: KnownRegistry,
  limit: number,
): Promise<readonly FailedCase[]> {
  if (actuator?.mode !== 'on' || !actuator.actions.includes('quarantine')) return [];
  return database.$queryRaw<FailedCase[]>`
    SELECT a.id::text AS id, a.registry_id AS "registryId", a.repository, a.tag, a.digest,
           EXISTS (SELECT FROM manifest m JOIN repository r ON r.id = m.repository_id
                    WHERE r.registry_id = a.registry_id AND r.name = a.repository AND m.digest = a.digest
                      AND m.deleted_at IS NOT NULL) AS "isDeleted"
      FROM registry_action a
     WHERE a.registry_id = ${registryId} AND a.state = 'failed' AND a.requested_by = 'rule'
       AND a.kind IN ('release', 'hold') AND a.due_at <= now()
     ORDER BY a.due_at LIMIT ${limit}`;
}

/** Makes a new case of each, which is decided by what is known now. What was deleted meanwhile is let be. */
export async function tryAgain(database: Database, registry: KnownRegistry, limit: number): Promise<void> {
  for (const { id, isDeleted, ...image } of await dueTries(database, registry, limit)) {
    await database.$transaction(async (tx) => {
      const where = { id, dueAt: { not: null } };
      const { count } = await tx.registryAction.updateMany({ where, data: { dueAt: null } });
      if (count > 0 && !isDeleted) await insertCase(tx, image, registry.config);
    });
  }
}
