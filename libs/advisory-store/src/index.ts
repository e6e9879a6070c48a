export { importFeeds, type FeedImport } from './import';
export type { PartResult } from './import-part';
export { openAdvisoryStore, type AdvisoryStore, type StoreStatus } from './store';
