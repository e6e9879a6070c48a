export { apk } from './apk/apk';
export { dpkg } from './dpkg/dpkg';
export {
  type ExtractContext,
  type Extraction,
  type Extractor,
  type FileSelector,
  type LayerFile,
  type OwnedFiles,
} from './extractor';
export { npm } from './npm/npm';
export { osRelease } from './os-release/os-release';
export { extractors } from './registry';
export { FileSelection, type SelectedBy } from './selection';
