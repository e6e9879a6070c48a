import type { ImageSource } from '@tidewaiter/contracts';
import type { RegistryClient } from './client';

export interface RegistryTarget {
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

/** An image or index in a registry as something to read. Which platform of an index is read is the reader's choice. */
export function registrySource(client: RegistryClient, { repository, reference }: RegistryTarget): ImageSource {
  const separator = reference.includes(':') ? '@' : ':';
  return {
    name: `${client.host}/${repository}${separator}${reference}`,
    resolve: () => client.head(repository, reference),
    manifest: (descriptor) => client.manifest(repository, descriptor.digest),
    blob: (descriptor) => Promise.resolve(client.blob(repository, descriptor)),
    // The client keeps nothing open between calls.
    close: () => Promise.resolve(),
  };
}
