import { once } from 'node:events';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Effects } from '../part-writer';

export interface ThreadOptions {
  /** For the thread's own Node, `--import` for example. */
  readonly execArgv?: readonly string[];
  /** Less than this to read is read by one thread alone. */
  readonly worthBytes?: number;
}

export type ToWriterThread =
  | { readonly kind: 'writer'; readonly port: MessagePort }
  /** Answered by the effects. */
  | { readonly kind: 'effects' };

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

  /** Of all parts that were closed. */
  async effects(): Promise<Effects> {
    this.worker.postMessage({ kind: 'effects' } satisfies ToWriterThread);
    // The thread sends nothing else.
    const [effects] = (await once(this.worker, 'message')) as [Effects];
    return effects;
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
