import { randomUUID } from 'node:crypto';
import type { RegistryConfig } from '@tidewaiter/config';
import type { Transaction } from '@tidewaiter/db';
import type { ManifestPlace } from './quarantine-facts';

interface Quarantined {
  readonly registryId: number;
  readonly repository: string;
  readonly digest: string | null;
  readonly tag: string | null;
}

/** Replicas tell of the same push one after the other. */
const samePushMs = 10 * 60_000;
/** How long after a release the registry may tell of the push. */
const confirmationMs = 60 * 60_000;

/** Whether the operator lets us decide about the quarantine of a registry, or look at what we would decide. */
function watchesQuarantine({ actuator }: RegistryConfig): boolean {
  return actuator !== undefined && actuator.mode !== 'off' && actuator.actions.includes('quarantine');
}

/** An image came into quarantine: it waits for its verdict from now on. In the transaction that asks for its scan. */
export async function noteQuarantined(tx: Transaction, image: Quarantined, config: RegistryConfig): Promise<void> {
  if (image.digest === null || !watchesQuarantine(config)) return;
  const { registryId, repository, tag, digest } = image;
  const known = await tx.registryAction.findFirst({
    where: {
      registryId,
      repository,
      digest,
      kind: { in: ['decide', 'release', 'hold'] },
      OR: [
        { state: { in: ['waiting', 'pending'] } },
        { state: { not: 'failed' }, createdAt: { gt: new Date(Date.now() - samePushMs) } },
      ],
    },
    select: { id: true },
  });
  if (known === null) await insertCase(tx, { registryId, repository, tag, digest }, config);
}

/** A case that waits for its verdict; nothing happens when there is one. */
export async function insertCase(
  tx: Transaction,
  image: Omit<Quarantined, 'digest'> & { readonly digest: string },
  { actuator }: RegistryConfig,
): Promise<void> {
  if (actuator?.mode === 'on') await forgetTries(tx, image);
  await tx.registryAction.createMany({
    data: {
      ...image,
      id: randomUUID(),
      kind: 'decide',
      state: 'waiting',
      dryRun: actuator?.mode !== 'on',
      requestedBy: 'rule',
      reason: 'it came into quarantine and waits for its scan',
    },
    skipDuplicates: true,
  });
}

/** Somebody has decided anew: what failed before is not tried any more. */
export async function forgetTries(tx: Transaction, { registryId, repository, digest }: ManifestPlace): Promise<void> {
  await tx.registryAction.updateMany({
    where: { registryId, repository, digest, ...triedByRule, state: 'failed', dueAt: { not: null } },
    data: { dueAt: null },
  });
}

/** What rules wanted and was asked of the registry. */
export const triedByRule = { requestedBy: 'rule', dryRun: false, kind: { in: ['release', 'hold'] } };

/** Whether this push is the registry's answer to our release, which is no reason to read the image again. */
export async function confirmRelease(tx: Transaction, image: Quarantined): Promise<boolean> {
  const { registryId, repository, digest } = image;
  if (digest === null) return false;
  const released = await tx.registryAction.findFirst({
    where: {
      registryId,
      repository,
      digest,
      kind: 'release',
      dryRun: false,
      // The push may be told before our own note that the release was taken.
      OR: [{ state: 'pending', attempts: { gt: 0 } }, { finishedAt: { gt: new Date(Date.now() - confirmationMs) } }],
      state: { in: ['pending', 'done'] },
    },
    orderBy: { createdAt: 'desc' },
    select: { id: true },
  });
  if (released === null) return false;
  await tx.registryAction.updateMany({
    where: { id: released.id, confirmedAt: null },
    data: { confirmedAt: new Date() },
  });
  return true;
}
