import { availableParallelism } from 'node:os';
import { feeds, type SnapshotPart } from '@tidewaiter/feeds';
import { readPart, type PartPiece, type PartToRead } from './read-part';
import { ThreadedReader, type ThreadOptions } from './threaded-reader';

/** More of them read faster than one thread can write. */
const maxThreads = 3;

/** Threads that read the parts of a store, one part after the other. To be stopped, whatever comes. */
export class PartReaders {
  private readonly threads: ThreadedReader[] = [];

  constructor(private readonly options: ThreadOptions) {}

  /**
   * Reads a part; by all threads at once where its documents stand alone. Their pieces come in turn, so that the same part always
   * gives the same pieces in the same order. Here, when no other thread knows the feed or reaches the files.
   */
  read(task: PartToRead): AsyncIterable<PartPiece> {
    const { feed, part } = task;
    const { stored } = part;
    if (stored === undefined || !feeds.includes(feed)) return readPart(task);
    const of = feed.documentsStandAlone === true ? Math.min(maxThreads, availableParallelism()) : 1;
    const shares = Array.from({ length: of }, (_, index): SnapshotPart => ({ ...part, share: { index, of } }));
    return inTurn(shares.map((share, index) => this.thread(index).read({ ...task, part: share })));
  }

  async stop(): Promise<void> {
    await Promise.all(this.threads.splice(0).map((thread) => thread.stop()));
  }

  private thread(index: number): ThreadedReader {
    return (this.threads[index] ??= new ThreadedReader(this.options));
  }
}

async function* inTurn<Item>(sources: readonly AsyncGenerator<Item>[]): AsyncGenerator<Item> {
  let open = [...sources];
  while (open.length > 0) {
    const ended = new Set<AsyncGenerator<Item>>();
    for (const source of open) {
      const next = await source.next();
      if (next.done === true) ended.add(source);
      else yield next.value;
    }
    open = open.filter((source) => !ended.has(source));
  }
}
