export {
  ImageVerdict,
  Rematch,
  SeverityCounts,
  VulnerabilityChange,
  type NewNotification,
} from './notifications.schema';
export { absorbUntagged, enqueueNotification } from './outbox';
