import { disallowed } from './locks';
import { manifestUnknown, type ManifestReference, type Registry } from './registry';
import type { Call } from './router';
import type { ManifestRow } from './storage/rows.schema';

interface Pushed {
  readonly repository: string;
  readonly row: Pick<ManifestRow, 'digest' | 'mediaType' | 'sizeBytes'>;
  readonly tag: string | undefined;
}

/**
 * What happens to a manifest that was pushed: with the policy it is in quarantine and `quarantine` is all that is told; without
 * it both are. One that has passed stays passed. An image from before the policy has no mark and cannot be pulled.
 * https://github.com/Azure/acr/tree/main/docs/preview/quarantine
 */
export function takePushed(registry: Registry, { repository, row, tag }: Pushed, call: Call): void {
  const { attributes } = registry.catalogue;
  const owner = { repository, kind: 'manifest', item: row.digest } as const;
  if (registry.quarantine.isEnabled() && attributes.find(owner).quarantineState === null) {
    attributes.change(owner, { quarantineState: 'Quarantined' });
  }
  firePushed(registry, 'quarantine', { repository, row, tag }, call);
  if (hasPassed(registry, repository, row.digest)) firePushed(registry, 'push', { repository, row, tag }, call);
}

/** Tells that it was pushed, of every tag it has. */
export function tellReleased(registry: Registry, repository: string, row: ManifestRow, call: Call): void {
  const tags = registry.catalogue.tags.namesOf(repository, row.digest);
  for (const tag of tags.length === 0 ? [undefined] : tags)
    firePushed(registry, 'push', { repository, row, tag }, call);
}

/** Whoever may not read the quarantine finds no such tag, and is refused the digest. */
export function assertOutOfQuarantine(
  registry: Registry,
  { repository, row, reference }: { repository: string; row: ManifestRow; reference: ManifestReference },
  call: Call,
): void {
  if (hasPassed(registry, repository, row.digest) || call.caller.may('quarantine_read', repository)) return;
  throw reference.kind === 'tag' ? manifestUnknown(repository, reference) : disallowed();
}

function hasPassed({ quarantine, catalogue }: Registry, repository: string, digest: string): boolean {
  if (!quarantine.isEnabled()) return true;
  return catalogue.attributes.find({ repository, kind: 'manifest', item: digest }).quarantineState === 'Passed';
}

function firePushed(registry: Registry, action: 'push' | 'quarantine', { repository, row, tag }: Pushed, call: Call) {
  const { digest, mediaType, sizeBytes } = row;
  const target = { mediaType, size: sizeBytes, digest, length: sizeBytes, repository };
  registry.webhooks.fire(action, { ...target, ...(tag === undefined ? {} : { tag }) }, call.request);
}
