export { startAcrEmulator, type AcrEmulator } from './emulator';
export { startEntraEmulator, type EntraEmulator } from './entra/entra-emulator';
export type { EntraEmulatorOptions } from './entra/options';
export { signToken } from './entra/json-web-token';
export type {
  AcrEmulatorOptions,
  EmulatorAccess,
  EmulatorIdentity,
  EmulatorUser,
  EmulatorWebhook,
  WebhookAction,
} from './options';
export type { WebhookDelivery, WebhookEvent, WebhookTarget } from './webhooks';
export { DisturbanceRates } from './disturbance-rates.schema';
