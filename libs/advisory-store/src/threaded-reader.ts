import { Worker } from 'node:worker_threads';
import type { Share, StoredFile } from '@tidewaiter/feeds';
import type { PartPiece, PartToRead } from './read-part';

export interface ThreadOptions {
  /** For the thread's own Node, `--import` for example. */
  readonly execArgv?: readonly string[];
}

/** What a thread is asked: to read a part, or to go on because a piece of it was taken. */
export type ReaderCall = ReadCall | 'taken';

export interface ReadCall {
  readonly feed: string;
  readonly part: string;
  readonly stored: readonly StoredFile[];
  readonly share?: Share;
  readonly stamps: ReadonlyMap<string, string>;
}

export type ReaderAnswer = PartPiece | 'end';

/** Built beside this file, or lying beside it as it was written. */
const entry = new URL(import.meta.url.endsWith('.ts') ? './reader-thread.ts' : './reader-thread.mjs', import.meta.url);
/** Told so, V8 cleans up sooner. Several times what the largest document needs. */
const oldMebibytes = 512;
const youngMebibytes = 4;

interface Waiting {
  resolve(answer: ReaderAnswer): void;
  reject(error: Error): void;
}

/** One thread that reads parts; one at a time. */
export class ThreadedReader {
  private readonly worker: Worker;
  private readonly answers: ReaderAnswer[] = [];
  private waiting: Waiting | undefined;
  private failure: Error | undefined;

  constructor({ execArgv }: ThreadOptions) {
    this.worker = new Worker(entry, {
      name: 'advisory-reader',
      resourceLimits: { maxYoungGenerationSizeMb: youngMebibytes, maxOldGenerationSizeMb: oldMebibytes },
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    this.worker.on('message', (answer: ReaderAnswer) => {
      this.take(answer);
    });
    this.worker.on('error', (error: Error) => {
      this.fail(error);
    });
    this.worker.on('exit', () => {
      this.fail(new Error('the thread that reads advisories has ended'));
    });
  }

  /** Begins at once, and is at most some pieces ahead of who takes them. */
  read({ feed, part, stamps }: PartToRead): AsyncGenerator<PartPiece> {
    const { name, stored = [], share } = part;
    this.ask({ feed: feed.id, part: name, stored, stamps, ...(share === undefined ? {} : { share }) });
    return this.pieces();
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private async *pieces(): AsyncGenerator<PartPiece> {
    for (;;) {
      const answer = await this.next();
      if (answer === 'end') return;
      this.ask('taken');
      yield answer;
    }
  }

  private ask(call: ReaderCall): void {
    this.worker.postMessage(call);
  }

  private next(): Promise<ReaderAnswer> {
    const answer = this.answers.shift();
    if (answer !== undefined) return Promise.resolve(answer);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  private take(answer: ReaderAnswer): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting === undefined) this.answers.push(answer);
    else waiting.resolve(answer);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.waiting?.reject(this.failure);
    this.waiting = undefined;
  }
}
