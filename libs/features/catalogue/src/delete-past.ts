import { deleteInBatches, type Database } from '@tidewaiter/db';

const batchSize = 2_000;

/** Deletes where tags pointed until before a moment; where they point now stays. Returns how many rows. */
export function deleteObservations(database: Database, before: Date): Promise<number> {
  return deleteInBatches(
    batchSize,
    () => database.$executeRaw`
      DELETE FROM tag_observation WHERE id IN (
        SELECT o.id FROM tag_observation o
         WHERE o.last_seen_at < ${before} AND NOT o.alert
           AND EXISTS (
             SELECT FROM tag_observation n WHERE n.repository_id = o.repository_id AND n.tag = o.tag AND n.id > o.id)
         LIMIT ${batchSize})`,
  );
}

/** Deletes what walks that ended before a moment did; the newest of each registry stays. Returns how many. */
export function deleteWalks(database: Database, before: Date): Promise<number> {
  return deleteInBatches(
    batchSize,
    () => database.$executeRaw`
      DELETE FROM reconcile_run WHERE id IN (
        SELECT r.id FROM reconcile_run r
         WHERE r.finished_at < ${before}
           AND EXISTS (SELECT FROM reconcile_run n WHERE n.registry_id = r.registry_id AND n.finished_at > r.finished_at)
         LIMIT ${batchSize})`,
  );
}

/** Deletes when manifests were not there and registries not watched, where they were back before a moment. Returns how many rows. */
export async function deleteAbsences(database: Database, before: Date): Promise<number> {
  const registries = await database.registryAbsence.deleteMany({ where: { until: { lt: before } } });
  const manifests = await deleteInBatches(
    batchSize,
    () => database.$executeRaw`
      DELETE FROM manifest_absence WHERE (manifest_id, "from") IN (
        SELECT manifest_id, "from" FROM manifest_absence WHERE "until" < ${before} LIMIT ${batchSize})`,
  );
  return registries.count + manifests;
}
