import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { VulnerabilityRow } from '../resolve';

export interface ThreadOptions {
  /** For the thread's own Node, `--import` for example. */
  readonly execArgv?: readonly string[];
  /** Less than this to read is read by one thread alone. */
  readonly worthBytes?: number;
}

export type ToWriterThread =
  | { readonly kind: 'writer'; readonly port: MessagePort }
  /** All parts are closed; what copies say is to be resolved. */
  | { readonly kind: 'resolve' }
  /** Some of those that come in the place of all that are there. */
  | { readonly kind: 'vulnerabilities'; readonly rows: readonly VulnerabilityRow[] }
  | { readonly kind: 'finish' };

export type FromWriterThread =
  { readonly kind: 'written'; readonly isRelinked: boolean } | { readonly kind: 'finished' };

/** Rows sent at a time: sending has its cost, and the thread should have something to write soon. */
const rowsAtOnce = 2000;

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

  /**
   * When all parts are closed. While the thread resolves what copies say, the vulnerabilities are worked out here, if records name
   * other ids than before; they are written by the thread.
   */
  async finish(vulnerabilities: () => Iterable<VulnerabilityRow>): Promise<void> {
    const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
    this.worker.on('message', (message: FromWriterThread) => {
      if (message.kind === 'finished') return resolve();
      try {
        if (message.isRelinked) this.send(vulnerabilities());
        this.post({ kind: 'finish' });
      } catch (error) {
        reject(error);
      }
    });
    this.post({ kind: 'resolve' });
    await Promise.race([finished, this.failed]);
  }

  private send(rows: Iterable<VulnerabilityRow>): void {
    let piece: VulnerabilityRow[] = [];
    for (const row of rows) {
      if (piece.push(row) < rowsAtOnce) continue;
      this.post({ kind: 'vulnerabilities', rows: piece });
      piece = [];
    }
    this.post({ kind: 'vulnerabilities', rows: piece });
  }

  private post(message: ToWriterThread): void {
    this.worker.postMessage(message);
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
