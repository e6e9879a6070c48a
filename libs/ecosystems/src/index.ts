export type { Ecosystem } from './ecosystem';
export { purlOf, type PurlParts } from './purl';
export {
  ecosystemFor,
  ecosystemForPurl,
  ecosystemOf,
  ecosystems,
  isReleaseMissing,
  schemeForEcosystem,
} from './registry';
