export { ReconcileRegistry, type ReconcileOutcome } from './reconcile-registry';
export {
  enqueueScans,
  lockRepository,
  recordRequest,
  RequestScan,
  type RequestedScan,
  type ScanCause,
  type ScanRequest,
} from './request-scan';
export { ScanImage, type ScanOutcome } from './scan-image';
export { ScanOrdersModule, ScansModule } from './scans.module';
