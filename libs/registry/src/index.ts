export type { Operation, RequestGate } from './budget/request-gate';
export {
  fullBucket,
  refused,
  take,
  type Bucket,
  type BudgetLimits,
  type Grant,
  type Taking,
} from './budget/token-bucket';
export { attachmentsOf, documentsOf, readAttached, type AttachmentPlace, type AttachedDocument } from './attachments';
export {
  createAttributeClient,
  type AttributeClient,
  type ManifestAttributes,
  type ManifestName,
  type QuarantineMark,
} from './attributes';
export { createRegistryClient, type ManifestDocument, type RegistryClient, type RegistryClientOptions } from './client';
export type { EntraCredential, RegistryCredentials } from './credentials';
export type { AcrManifest } from './documents.schema';
export { clouds, cloudOfHost, registryNameOf, isAzureQueueHost } from './clouds';
export {
  checkRegistry,
  type CheckStep,
  type QueueLook,
  type RegistryCheck,
  type RegistryCheckInput,
} from './doctor/check-registry';
export { credentialsOf } from './entra-credential';
export { eventGridSource } from './hooks/event-grid/event-grid';
export { acrSource } from './hooks/acr';
export type { EventQueue, QueuedMessage } from './event-queues/event-queue';
export { openEventQueue } from './event-queues/kinds';
export { consentTo, isValidationUrl, type Consent } from './hooks/event-grid/consent';
export { createTokenCheck, type EntraTrust } from './hooks/event-grid/entra-token';
export type { Handshake, HookCall, HookEvents, HookSource, HookTarget } from './hooks/hook-source';
export type { ContentEvent, NoticeEvent, RegistryEvent } from './hooks/registry-event';
export { hookSources } from './hooks/sources';
export { parseReference, type ImageReference } from './reference';
export { registrySource, type RegistryTarget } from './registry-source';
export { registryHost } from './endpoint';
