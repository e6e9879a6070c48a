export type { Ecosystem } from './ecosystem';
export { supportOf, supportProductOf, type SupportCycle } from './distro/release-support';
export { purlOf, type PurlParts } from './purl';
export {
  ecosystemFor,
  ecosystemForPurl,
  ecosystemOf,
  ecosystems,
  isReleaseMissing,
  schemeForEcosystem,
} from './registry';
