export { createFeedIo, type FeedIoOptions } from './feed-io';
export { openSnapshot, partNameOf } from './snapshot';
