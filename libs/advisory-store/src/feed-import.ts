import type { Feed, FeedProblem, Snapshot } from '@tidewaiter/feeds';
import type { PartResult } from './import-part';
import type { Frozen } from './part-freeze';

export interface FeedImport {
  readonly feed: Feed;
  readonly snapshot: Snapshot;
  /** RFC 3339; what the store will say about its age. */
  readonly now: string;
  /** Releases of which it has only the last word, as a bundle says. */
  readonly frozen?: Frozen;
  onProblem?(problem: FeedProblem): void;
  onPart?(result: PartResult): void;
}
