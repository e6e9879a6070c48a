export { createFeedIo } from './feed-io';
export { storedPart } from './snapshot';
