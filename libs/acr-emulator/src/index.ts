export { startAcrEmulator, type AcrEmulator } from './emulator';
export { startEntraEmulator, type EntraEmulator } from './entra/entra-emulator';
export type { EntraEmulatorOptions } from './entra/options';
export { signToken } from './entra/json-web-token';
export type {
  AcrEmulatorOptions,
  EmulatorAccess,
  EmulatorEventSubscription,
  EmulatorIdentity,
  EmulatorUser,
  EmulatorWebhook,
  WebhookAction,
} from './options';
export type { WebhookEvent, WebhookTarget } from './events/webhook-event';
export type { WebhookDelivery } from './events/webhooks';
export { startStorageQueueEmulator, type StorageQueueEmulator } from './events/storage-queue-emulator';
export { startServiceBusEmulator, type ServiceBusEmulator } from './events/service-bus/service-bus-emulator';
export { EventDisturbanceRates } from './events/event-disturbances.schema';
export { DisturbanceRates } from './disturbance-rates.schema';
export { ThrottlingSettings } from './throttling-settings.schema';
