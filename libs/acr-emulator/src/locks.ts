import { RegistryFault } from './fault';
import type { Registry } from './registry';
import type { Attributes } from './storage/attribute-rows';

/**
 * What changeable attributes forbid. A tag and its manifest are locked apart from each other; a repository's locks hold for
 * everything in it. Either of writeEnabled and deleteEnabled, switched off, forbids deletion.
 * https://learn.microsoft.com/azure/container-registry/container-registry-image-lock
 */
export interface Touched {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

export function assertReadable(registry: Registry, touched: Touched): void {
  if (attributesOf(registry, touched).some(({ readEnabled }) => readEnabled === 0)) throw disallowed();
}

export function assertWritable(registry: Registry, touched: Touched): void {
  if (attributesOf(registry, touched).some(({ writeEnabled }) => writeEnabled === 0)) throw disallowed();
}

export function assertDeletable(registry: Registry, touched: Touched): void {
  if (attributesOf(registry, touched).some((row) => row.deleteEnabled === 0 || row.writeEnabled === 0)) {
    throw disallowed();
  }
}

/** As ACR refuses, for a lock as for an image in quarantine. */
export function disallowed(): RegistryFault {
  return new RegistryFault(
    405,
    'REGISTRY_DISALLOWED_OPERATION',
    'The operation is disallowed on this registry, repository or image.',
    { detail: {} },
  );
}

function attributesOf({ catalogue }: Registry, { repository, tag, digest }: Touched): readonly Attributes[] {
  const owners = [{ repository, kind: 'repository', item: '' } as const];
  return [
    ...owners,
    ...(tag === undefined ? [] : [{ repository, kind: 'tag', item: tag } as const]),
    ...(digest === undefined ? [] : [{ repository, kind: 'manifest', item: digest } as const]),
  ].map(catalogue.attributes.find);
}
