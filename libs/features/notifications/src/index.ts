export { deleteNotifications } from './delete-notifications';
export { DispatchNotifications, type DispatchOutcome } from './dispatch-notifications';
export { NotificationChannels } from './notification-channels';
export { NotificationsModule, type NotificationsOptions } from './notifications.module';
export type { ImageVerdict, NewNotification, VulnerabilityChange } from './notifications.schema';
export { absorbUntagged, enqueueNotification } from './outbox';
