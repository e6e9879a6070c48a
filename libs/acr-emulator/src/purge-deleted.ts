import type { Registry } from './registry';

/** ACR does it once a day: what was kept for as long as the policy says is deleted for good. */
export function purgeDeleted({ softDelete, catalogue }: Registry, asOf: Date): void {
  const days = softDelete.retentionDays();
  if (days !== undefined) catalogue.deleted.purge(new Date(asOf.getTime() - days * 86_400_000).toISOString());
}
