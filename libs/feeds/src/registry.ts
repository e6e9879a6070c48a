import type { Feed } from './feed';
import { nvdFeed } from './nvd/feed';
import { osvFeed } from './osv/feed';

/** Every feed there is. Adding one is a folder and a line here. */
export const feeds: readonly Feed[] = [nvdFeed, osvFeed];
