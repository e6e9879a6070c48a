export type { ExtractContext, Extraction, Extractor, FileSelector, LayerFile, OwnedFiles } from './extractor';
export { extractors } from './registry';
export { FileSelection } from './selection';
