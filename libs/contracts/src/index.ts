export {
  Advisory,
  AffectedPackage,
  AffectedRange,
  RangeEvent,
  SeverityVector,
  VendorStatus,
  type AdvisoryHead,
  type AdvisoryIndex,
  type AdvisoryKey,
  type AdvisoryMatchInput,
  type VulnerabilityRef,
} from './advisory';
export { ecosystemBase, normalizeAdvisoryName } from './ecosystem-name';
export type { EpssModel, EpssScore, Enrichment, KnownExploited, ProductCycle } from './enrichment';
export { Assessability, Executable, InventoryExecutable, nothingToAssess, type Standing } from './executable';
export { ExaminedRecord, Explanation, type RecordRole } from './explanation';
export type { ExtractedPackage } from './extraction';
export { Evidence, Finding, FixState, severities, Severity, Verdict } from './finding';
export type { ImageSource, OciDocument } from './image-source';
export { ImageConfig } from './image-config';
export { Inventory } from './inventory';
export { isMoreUrgent, Lane, lanes } from './lane';
export { Descriptor, Digest, mediaTypes, Platform, platformText, RepositoryName, TagName } from './oci';
export { InventoryPackage, LayerRef, Package } from './package';
export { Problem } from './problem';
export { AzureCloud, AzurePlace, HostPattern, registryLogin, RegistryLogin, RegistryName } from './registry-login';
export { Release, ReleaseSupport, ShownRelease } from './release';
export { Suppression, VexStatus, type VexProduct, type VexStatement } from './vex';
export { ScanReport, SuppressedFinding } from './scan-report';
