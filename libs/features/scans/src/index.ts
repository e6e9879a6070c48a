export { CollectUnreferenced } from './collect-unreferenced';
export { deleteScans } from './delete-scans';
export {
  enqueueScans,
  recordRequest,
  recordScan,
  RequestScan,
  type RequestedScan,
  type ScanCause,
  type ScanRequest,
} from './request-scan';
export { isPaused, pausedWork } from './pauses';
export { RequestRereading } from './request-rereading';
export { ScanImage, type ScanOutcome } from './scan-image';
export { ScanOrdersModule, ScansModule } from './scans.module';
export { recordImages, type ReadImage } from './record-scan';
export { lockRepository, recordDeleted, recordListed, recordSighting, recordUntagged } from './sighting';
export { layerChains } from './layer-chains';
export { withRepository } from './with-repository';
