export { createRegistryClient, type ManifestDocument, type RegistryClient, type RegistryClientOptions } from './client';
export type { EntraCredential, RegistryCredentials } from './credentials';
export { credentialsOf } from './entra-credential';
export { parseAcrWebhook } from './hooks/acr';
export { parseDistributionNotification, type DistributionEvents } from './hooks/distribution';
export type { ContentEvent, PingEvent, RegistryEvent } from './hooks/registry-event';
export { parseReference, type ImageReference } from './reference';
export { registrySource, type RegistryTarget } from './registry-source';
