import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Problem } from '@tidewaiter/contracts';
import type { Limits } from '@tidewaiter/image';
import type { Result } from '@tidewaiter/kit';
import type { LayerEvidence } from '../layers/layer-evidence.schema';
import type { LayerInput, LayerReader, LayerTask } from '../layers/read-layer';
import { readLayerHere } from '../layers/read-layer';
import { RemoteReading } from './remote-reading';

export interface LayerThreadsOptions {
  readonly limits: Limits;
  /** At most this many at a time; each has its own copy of the readers in memory. */
  readonly threads?: number;
  /** For the threads' own Node, `--import` for example. */
  readonly execArgv?: readonly string[];
  /** Layers of fewer stored bytes are read here: a thread takes longer to start than they take to read. */
  readonly worthBytes?: number;
}

/** Built beside this file, or lying beside it as it was written. */
const entry = new URL(import.meta.url.endsWith('.ts') ? './layer-thread.ts' : './layer-thread.mjs', import.meta.url);
const mebibyte = 1024 * 1024;
const defaultWorthBytes = 32 * mebibyte;
/** Least of what was measured (4, 8, 16): reading an image of 708 MB took 258 MB instead of 310 MB, and not longer. */
const youngMebibytes = 4;
/** As many as there are processors: the largest layers come first, so they are shared out well, and each thread costs its start. */
const defaultThreads = Math.min(availableParallelism(), 4);

/**
 * Threads that read layers, so that several are read at once and the caller's own thread stays free. They are started when there is
 * work, keep for more, and do not keep the process alive.
 */
export class LayerThreads {
  readonly #idle: Worker[] = [];
  readonly #waiting: PromiseWithResolvers<Worker>[] = [];
  readonly #all = new Set<Worker>();
  readonly #threads: number;
  #reading = 0;
  #isClosed = false;

  constructor(private readonly options: LayerThreadsOptions) {
    this.#threads = options.threads ?? defaultThreads;
  }

  /** As many layers as can be read at once. */
  get concurrency(): number {
    return this.#threads;
  }

  readonly read: LayerReader = async (input, task) => {
    const isWorth = input.sizeBytes === undefined || input.sizeBytes >= (this.options.worthBytes ?? defaultWorthBytes);
    if (!isWorth) return readLayerHere(input, task);
    task.signal?.throwIfAborted();
    this.#reading += 1;
    try {
      const worker = await this.#take();
      // While there are fewer layers than threads, there are processors to spare.
      const inflating = this.#reading < this.#threads ? 'beside' : 'here';
      return await this.#readBy(worker, { ...input, inflating }, task);
    } finally {
      this.#reading -= 1;
    }
  };

  /** Ends the threads, also those that are at work: whoever waits for a layer, or for a thread, is told by an error. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(closed());
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  async #readBy(worker: Worker, input: LayerInput, task: LayerTask): Promise<Result<LayerEvidence, Problem>> {
    const reading = new RemoteReading(worker, input, task);
    try {
      return await reading.result();
    } finally {
      if (reading.isThreadUsable) this.#give(worker);
      else await this.#replace(worker);
    }
  }

  #take(): Promise<Worker> {
    if (this.#isClosed) return Promise.reject(closed());
    const idle = this.#idle.pop();
    if (idle !== undefined) return Promise.resolve(idle);
    if (this.#all.size < this.#threads) return Promise.resolve(this.#start());
    const waiting = Promise.withResolvers<Worker>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  #start(): Worker {
    const { limits, execArgv } = this.options;
    const worker = new Worker(entry, {
      name: 'layer',
      resourceLimits: {
        maxOldGenerationSizeMb: Math.ceil(limits.layerHeapBytes / mebibyte),
        maxYoungGenerationSizeMb: youngMebibytes,
      },
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    worker.unref();
    // Who waits for its layer hears of an error as well; one that comes when nobody does ends the thread and not the process.
    worker.on('error', () => undefined).on('exit', () => this.#forget(worker));
    this.#all.add(worker);
    return worker;
  }

  #give(worker: Worker): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else next.resolve(worker);
  }

  #forget(worker: Worker): void {
    this.#all.delete(worker);
    const at = this.#idle.indexOf(worker);
    if (at !== -1) this.#idle.splice(at, 1);
  }

  /** A thread that was stopped in the middle of a layer is not used again. */
  async #replace(worker: Worker): Promise<void> {
    this.#all.delete(worker);
    await worker.terminate();
    const next = this.#waiting.shift();
    if (next !== undefined) next.resolve(this.#start());
  }
}

function closed(): Error {
  return new Error('the threads that read layers are closed');
}
