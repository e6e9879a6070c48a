export { extendedSupportOf } from './content-sets/extended-support';
export {
  defaultExtractLimits,
  layerFile,
  layerFileOf,
  type ArchiveLimits,
  type Diversion,
  type ExtractContext,
  type Extraction,
  type Extractor,
  type FileSelector,
  type LayerFile,
  type OwnedFiles,
} from './extractor';
export { extractors } from './registry';
export { FileSelection, type SelectedBy } from './selection';
