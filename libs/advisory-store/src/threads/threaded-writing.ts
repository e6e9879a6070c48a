import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';

export interface ThreadOptions {
  /** For the thread's own Node, `--import` for example. */
  readonly execArgv?: readonly string[];
  /** Less than this to read is read by one thread alone. */
  readonly worthBytes?: number;
}

export type ToWriterThread =
  | { readonly kind: 'writer'; readonly port: MessagePort }
  /** All parts are closed. */
  | { readonly kind: 'finish' };

/** In this order. */
export type FromWriterThread =
  | { readonly kind: 'written'; readonly isRelinked: boolean }
  /** What copies say is resolved as well. */
  | { readonly kind: 'finished' };

/** Built beside this file, or lying beside it as it was written. */
const entry = new URL(import.meta.url.endsWith('.ts') ? './writer-thread.ts' : './writer-thread.mjs', import.meta.url);
/** Several times what is known of the largest part; told so, V8 cleans up sooner: 280 MB instead of 320 for 35,000 records. */
const oldMebibytes = 512;
const youngMebibytes = 12;

/** Writes a store in a thread of its own, so that reading goes on meanwhile. To be stopped, whatever comes. */
export class ThreadedWriting {
  private readonly worker: Worker;
  /** Rejected by what ends the thread before it is stopped: what a writer is asked and cannot do, it answers. Never resolves. */
  readonly failed: Promise<never>;
  private reason: unknown;

  constructor(path: string, { execArgv }: ThreadOptions) {
    this.worker = new Worker(entry, {
      name: 'advisory-writer',
      workerData: path,
      resourceLimits: { maxYoungGenerationSizeMb: youngMebibytes, maxOldGenerationSizeMb: oldMebibytes },
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    this.failed = new Promise((_, reject) => this.worker.once('error', reject));
    this.failed.catch((error: unknown) => (this.reason = error));
  }

  /** What ended the thread, once it is stopped. */
  get failure(): unknown {
    return this.reason;
  }

  /** The port of a writer, for a PortWriter in any thread. */
  writerPort(): MessagePort {
    const { port1: ours, port2: port } = new MessageChannel();
    this.worker.postMessage({ kind: 'writer', port } satisfies ToWriterThread, [port]);
    return ours;
  }

  /** When all parts are closed. `onWritten` works here while the thread resolves what copies say. */
  async finish(onWritten: (isRelinked: boolean) => void): Promise<void> {
    const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
    this.worker.on('message', (message: FromWriterThread) => {
      if (message.kind === 'finished') return resolve();
      try {
        onWritten(message.isRelinked);
      } catch (error) {
        reject(error);
      }
    });
    this.worker.postMessage({ kind: 'finish' } satisfies ToWriterThread);
    await Promise.race([finished, this.failed]);
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
