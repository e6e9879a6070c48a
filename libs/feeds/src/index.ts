export { configuredSource, type ConfiguredSource } from './configured-source';
export { contentHash } from './content-hash';
export { copyOfEachEcosystem } from './copies';
export { enrichmentSources } from './enrichment-registry';
export {
  isFeedProblem,
  isUnchanged,
  type EnrichmentSource,
  type Feed,
  type FeedIo,
  type FeedProblem,
  type Fetched,
  type FetchedSnapshot,
  type FileFingerprint,
  type FilePlace,
  type Fingerprint,
  type KnowsRecord,
  type LocalReading,
  type ReadAdvisory,
  type RemoteFile,
  type SameSnapshot,
  type Snapshot,
  type SnapshotFile,
  type SnapshotPart,
  type Source,
} from './feed';
export { HeldRecords, isEmptyRecord } from './held-records';
export { keyFilesOf, type FeedKeyFile } from './key-files';
export { mayBePassedOn } from './passing-on';
export { recordNamedBy } from './record-named-by';
export { feeds } from './registry';
export { withoutLostReleases, type PackageCounts } from './release-shrink';
export {
  frozenProblem,
  goneProblem,
  hasShrunk,
  isRelease,
  lostEcosystemProblem,
  negligible,
  shrinkProblem,
  thawedProblem,
} from './shrink';
export {
  areTooManySilenced,
  isSilenced,
  isSilenceSuspect,
  silencedProblem,
  spokenBases,
  type SilencedCounts,
} from './silenced';
export { sourceName } from './source-name';
export { scoringFeeds } from './scoring-feeds';
export { speaksFor } from './speaks-for';
export { ecosystemsSpokenFor } from './spoken-ecosystems';
export { toFetchAnew } from './fetch-anew';
export { addressNamedBy, isAddress, shownAddress } from './address';
export { fetchSource } from './fetch-source';
export { isWholeReadingDue, storedStamp } from './stamps';
export { isJsonDocument, jsonDocumentsOf, type JsonDocument } from './json-documents';
