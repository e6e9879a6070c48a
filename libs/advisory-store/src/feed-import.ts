import type { Feed, FeedProblem, Snapshot } from '@tidewaiter/feeds';
import type { PartResult } from './import-part';

export interface FeedImport {
  readonly feed: Feed;
  readonly snapshot: Snapshot;
  /** RFC 3339; what the store will say about its age. */
  readonly now: string;
  onProblem?(problem: FeedProblem): void;
  onPart?(result: PartResult): void;
}
