export type { Ecosystem } from './ecosystem';
export { supportOf, supportProductOf, type SupportCycle } from './distro/release-support';
export { extendedLineOf, minorOfBuild, type ExtendedLine } from './distro/red-hat-products';
export { judgedAnewFrom, lookupRevision } from './lookup-revision';
export { ubuntuArchiveOf } from './ubuntu';
export { purlOf, type PurlParts } from './purl';
export {
  ecosystemFor,
  ecosystemForPurl,
  ecosystemOf,
  ecosystems,
  isReleaseMissing,
  schemeForEcosystem,
} from './registry';
