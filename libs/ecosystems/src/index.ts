export type { Ecosystem } from './ecosystem';
export { purlOf, type PurlParts } from './purl';
export { ecosystemFor, ecosystemOf, ecosystems, isReleaseMissing, schemeForEcosystem } from './registry';
