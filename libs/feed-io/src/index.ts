export { createFeedIo } from './feed-io';
export { placedPart } from './snapshot';
