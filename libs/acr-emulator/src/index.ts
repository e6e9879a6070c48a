export { startAcrEmulator, type AcrEmulator } from './emulator';
export type { AcrEmulatorOptions, EmulatorIdentity, EmulatorUser, EmulatorWebhook, WebhookAction } from './options';
export type { WebhookDelivery, WebhookEvent, WebhookTarget } from './webhooks';
export { DisturbanceRates } from './disturbance-rates.schema';
