import type { Feed } from './feed';
import { osvFeed } from './osv/feed';

/** Every feed there is. Adding one is a folder and a line here. */
export const feeds: readonly Feed[] = [osvFeed];
