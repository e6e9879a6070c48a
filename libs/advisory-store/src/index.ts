export { exportBundle, openBundle, type AdvisoryBundle } from './bundle';
export { checkBundle } from './bundle-signature';
export type { FeedImport } from './feed-import';
export { importFeeds, type UnchangedSource } from './import';
export type { PartResult } from './import-part';
export type { EnrichmentImport, EnrichmentResult, Threat } from './threats';
export { schemaVersion as storeVersion } from './schema';
export { openAdvisoryStore, type AdvisoryStore, type StoreStatus } from './store';
