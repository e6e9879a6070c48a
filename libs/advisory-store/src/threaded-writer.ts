import { Worker } from 'node:worker_threads';
import type { StoreWriter } from './import-part';

export interface ThreadOptions {
  /** For the thread's own Node, `--import` for example. */
  readonly execArgv?: readonly string[];
}

/** What the thread is asked; each has one answer, and these come in the same order. */
export type WriterCall = {
  readonly [Method in keyof StoreWriter]: { readonly method: Method; readonly args: Parameters<StoreWriter[Method]> };
}[keyof StoreWriter];

/** Built beside this file, or lying beside it as it was written. */
const entry = new URL(import.meta.url.endsWith('.ts') ? './writer-thread.ts' : './writer-thread.mjs', import.meta.url);
/** On their way at a time: some parts are read faster than they are written, some more slowly; so many are still no memory to speak of. */
const maxPieces = 16;
/** Several times what is known of the largest part; told so, V8 cleans up sooner: 280 MB instead of 320 for 35,000 records. */
const oldMebibytes = 512;
const youngMebibytes = 4;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Writes in a thread of its own, so that reading goes on meanwhile. To be stopped, whatever comes. */
export class ThreadedWriter implements StoreWriter {
  private readonly worker: Worker;
  private readonly waiting: Waiting[] = [];
  private readonly pieces: Promise<void>[] = [];
  private failure: Error | undefined;

  constructor(path: string, { execArgv }: ThreadOptions) {
    this.worker = new Worker(entry, {
      name: 'advisory-writer',
      workerData: path,
      resourceLimits: { maxYoungGenerationSizeMb: youngMebibytes, maxOldGenerationSizeMb: oldMebibytes },
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    this.worker.on('message', (answer: unknown) => this.waiting.shift()?.resolve(answer));
    this.worker.on('error', (error: Error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('the thread that writes the advisory store has ended')));
  }

  open: StoreWriter['open'] = (...args) => this.ask({ method: 'open', args });

  write: StoreWriter['write'] = async (...args) => {
    const written = this.ask<void>({ method: 'write', args });
    // Looked at when its turn comes; until then it is no rejection that nobody handles.
    written.catch(() => undefined);
    this.pieces.push(written);
    if (this.pieces.length >= maxPieces) await this.pieces.shift();
  };

  counts: StoreWriter['counts'] = (...args) => this.ask({ method: 'counts', args });

  close: StoreWriter['close'] = async (...args) => {
    await Promise.all(this.pieces.splice(0));
    return this.ask({ method: 'close', args });
  };

  effects: StoreWriter['effects'] = (...args) => this.ask({ method: 'effects', args });

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private async ask<Answer>(call: WriterCall): Promise<Answer> {
    if (this.failure !== undefined) throw this.failure;
    const answered = new Promise<unknown>((resolve, reject) => this.waiting.push({ resolve, reject }));
    this.worker.postMessage(call);
    // What the same method answers at the other end, after a copy.
    return (await answered) as Answer;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}
