import {
  isFeedProblem,
  storedStamp,
  type Feed,
  type FeedProblem,
  type ReadAdvisory,
  type SnapshotPart,
} from '@tidewaiter/feeds';
import { encodeRecord, type EncodedRecord } from './codec';

/** Some of what a part has now. */
export interface PartPiece {
  readonly records: readonly EncodedRecord[];
  /** Ids of records that are in the same bytes as the last time. */
  readonly unread: readonly string[];
  readonly problems: readonly FeedProblem[];
}

export interface PartToRead {
  readonly feed: Feed;
  readonly part: SnapshotPart;
  /** By id, of the records that need not be read again while their documents have the same. */
  readonly stamps: ReadonlyMap<string, string>;
}

/** What a piece holds at most, in characters: some hundred records. */
const pieceChars = 100_000;

/** What a part has, a piece at a time, encoded for the store. */
export async function* readPart({ feed, part, stamps }: PartToRead): AsyncGenerator<PartPiece> {
  const reading = new PartReading(feed, stamps);
  for await (const item of feed.parse({ parts: [part] }, reading.knows)) {
    reading.add(item);
    if (reading.isFull()) yield reading.take();
  }
  yield reading.take();
}

/** What was read of a part and is not handed on yet. */
class PartReading {
  private records: EncodedRecord[] = [];
  private unread: string[] = [];
  private problems: FeedProblem[] = [];
  private chars = 0;
  private readonly stamps: Map<string, string>;

  constructor(
    private readonly feed: Feed,
    stamps: ReadonlyMap<string, string>,
  ) {
    this.stamps = new Map(stamps);
  }

  readonly knows = (id: string, stamp: string): boolean => {
    if (this.stamps.get(id) !== storedStamp(this.feed, stamp)) return false;
    this.unread.push(id);
    return true;
  };

  add(item: ReadAdvisory | FeedProblem): void {
    if (isFeedProblem(item)) {
      this.problems.push(item);
      this.chars += item.message.length + item.path.length;
      return;
    }
    const { id, stamp } = item;
    const record = encodeRecord(item, stamp === undefined ? null : storedStamp(this.feed, stamp));
    // From now on what is known of it is this, wherever it lies.
    this.stamps.delete(id);
    this.records.push(record);
    this.chars += record.body.length + record.affected.length;
    for (const text of record.texts) this.chars += text.length;
  }

  isFull(): boolean {
    return this.chars >= pieceChars;
  }

  take(): PartPiece {
    const { records, unread, problems } = this;
    this.records = [];
    this.unread = [];
    this.problems = [];
    this.chars = 0;
    return { records, unread, problems };
  }
}
