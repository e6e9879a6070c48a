import { Worker, type MessagePort } from 'node:worker_threads';
import { feeds, type FeedProblem, type FilePlace } from '@tidewaiter/feeds';
import type { PartImport, PartResult } from '../import-part';
import { errorOf, type ThreadFailure } from './thread-failure';
import type { ThreadOptions } from './threaded-writing';

/** A part that another thread can read: its feed is one of ours, its files are files of this machine, and nothing of it is a function. */
export interface PlacedPart extends Pick<PartImport, 'now' | 'maxShrinkPercent' | 'isPartial'> {
  /** Its id. */
  readonly feed: string;
  readonly part: { readonly name: string; readonly places: readonly FilePlace[] };
}

export type FromReaderThread =
  | { readonly kind: 'problem'; readonly problem: FeedProblem }
  | { readonly kind: 'done'; readonly result: PartResult }
  | { readonly kind: 'failed'; readonly failure: ThreadFailure };

/** Built beside this file, or lying beside it as it was written. */
const entry = new URL(import.meta.url.endsWith('.ts') ? './reader-thread.ts' : './reader-thread.mjs', import.meta.url);

export function placedPartOf({ feed, part, now, maxShrinkPercent, isPartial }: PartImport): PlacedPart | undefined {
  const { name, places } = part;
  if (places === undefined || !feeds.includes(feed)) return undefined;
  return { feed: feed.id, part: { name, places }, now, maxShrinkPercent, isPartial };
}

/** Reads parts in a thread of its own, one at a time, and has them written by another. To be stopped, whatever comes. */
export class ThreadedReader {
  private readonly worker: Worker;

  constructor(writer: MessagePort, { execArgv }: ThreadOptions) {
    this.worker = new Worker(entry, {
      name: 'advisory-reader',
      workerData: writer,
      transferList: [writer],
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
  }

  async read(part: PlacedPart, onProblem: PartImport['onProblem']): Promise<PartResult> {
    const { promise, resolve, reject } = Promise.withResolvers<PartResult>();
    const hear = (message: FromReaderThread): void => {
      if (message.kind === 'problem') onProblem(message.problem);
      else if (message.kind === 'done') resolve(message.result);
      else reject(errorOf(message.failure));
    };
    const end = (): void => reject(new Error('the thread that reads advisories has ended'));
    this.worker.on('message', hear).on('error', reject).on('exit', end);
    try {
      this.worker.postMessage(part);
      return await promise;
    } finally {
      this.worker.off('message', hear).off('error', reject).off('exit', end);
    }
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
