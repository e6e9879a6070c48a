export { isAskedFor } from './asked-package';
export type { SbomLimits } from './component';
export type { SbomFault } from './decoding';
export type { SbomPackage } from './packages';
export { parsePurl, type PurlParts } from './purl';
export { namesPackage } from './purl-match';
export type { StatedImage } from './stated-image';
export { readSbom, type Sbom } from './sbom';
