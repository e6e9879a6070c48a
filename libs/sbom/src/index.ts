export { isAskedFor } from './asked-package';
export type { SbomLimits } from './component';
export type { SbomFault } from './decoding';
export type { SbomPackage } from './packages';
export { parsePurl, type PurlParts } from './purl';
export { namesPackage } from './purl-match';
export { readSbom, type Sbom } from './sbom';
