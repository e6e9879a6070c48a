export { createFeedIo } from './feed-io';
