import type { Worker } from 'node:worker_threads';
import type { Problem } from '@tidewaiter/contracts';
import { LocalBytes } from '@tidewaiter/image';
import { err, messageOf, systemCodeOf, type Result } from '@tidewaiter/kit';
import type { LayerEvidence } from '../layers/layer-evidence.schema';
import type { LayerInput, LayerTask } from '../layers/read-layer';
import type { FromThread, ToThread } from './messages';

type LayerResult = Result<LayerEvidence, Problem>;

/** Time a thread has beyond the limit of its layer to say itself that it is too slow. */
const graceMs = 5_000;

/** One layer that is read by a thread: hands it the bytes, and gets the result. */
export class RemoteReading {
  readonly #input: LayerInput;
  readonly #task: LayerTask;
  #source: AsyncIterator<Uint8Array> | undefined;
  /** What the thread reads itself. */
  #file: { readonly stream: number; readonly bytes: LocalBytes } | undefined;
  /** Messages are answered one after the other. */
  #answers: Promise<void> = Promise.resolve();
  #sourceFault: { readonly error: unknown } | undefined;
  #isThreadUsable = false;

  constructor(
    private readonly worker: Worker,
    input: LayerInput,
    task: LayerTask,
  ) {
    this.#input = input;
    this.#task = task;
  }

  /** Whether the thread has come to the end of the layer and can take another. */
  get isThreadUsable(): boolean {
    return this.#isThreadUsable;
  }

  /** Errors of the source are thrown as they are, and so is the reason of a signal. */
  async result(): Promise<LayerResult> {
    const { limits, aliases, lockFiles = false, signal } = this.#task;
    const { digest, sizeBytes, diffId, inflating = 'beside' } = this.#input;
    const ended = Promise.withResolvers<LayerResult>();
    const onMessage = (message: FromThread): void => this.#hear(message, ended);
    const onError = (error: unknown): void => this.#crashed(error, ended);
    // Of a thread that was ended from outside there is no error, and without this no end of the wait.
    const onExit = (): void => ended.reject(new Error('the thread that read a layer was ended'));
    const onAbort = (): void => ended.reject(signal?.reason);
    const timer = setTimeout(() => ended.resolve(err(this.#tooSlow())), limits.layerMs + graceMs);
    this.worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    signal?.addEventListener('abort', onAbort);
    // While there is work the process has to stay.
    this.worker.ref();
    try {
      this.#send({
        kind: 'read',
        layer: {
          diffId,
          inflating,
          limits,
          aliases,
          lockFiles,
          ...(digest === undefined ? {} : { digest }),
          ...(sizeBytes === undefined ? {} : { sizeBytes }),
        },
      });
      return await ended.promise;
    } finally {
      this.worker.unref();
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      await this.#stop();
    }
  }

  #hear(message: FromThread, ended: PromiseWithResolvers<LayerResult>): void {
    if (message.kind === 'done') {
      this.#isThreadUsable = true;
      ended.resolve(message.result);
    } else if (message.kind === 'threw') {
      this.#isThreadUsable = true;
      ended.reject(this.#sourceFault === undefined ? message.error : this.#sourceFault.error);
    } else if (message.kind === 'took') {
      if (message.stream === this.#file?.stream) this.#file.bytes.onRead?.(message.bytes);
    } else {
      this.#answers = this.#answers.then(() => this.#answer(message));
    }
  }

  async #answer({ kind, stream }: Exclude<FromThread, { kind: 'done' | 'threw' | 'took' }>): Promise<void> {
    try {
      if (kind === 'open') await this.#open(stream);
      else if (kind === 'stop') await this.#stop();
      else await this.#sendNext(stream);
    } catch (error) {
      this.#sourceFault = { error };
      this.#send({ kind: 'broken', stream });
    }
  }

  async #open(stream: number): Promise<void> {
    const bytes = await this.#input.open();
    if (bytes instanceof LocalBytes) {
      this.#file = { stream, bytes };
      const { path, start, sizeBytes, onRead } = bytes;
      this.#send({ kind: 'file', stream, file: { path, start, sizeBytes }, isFollowed: onRead !== undefined });
    } else {
      this.#source = bytes[Symbol.asyncIterator]();
    }
  }

  async #sendNext(stream: number): Promise<void> {
    const next = await this.#source?.next();
    if (next === undefined || next.done === true) this.#send({ kind: 'end', stream });
    else this.#send({ kind: 'piece', stream, bytes: next.value });
  }

  async #stop(): Promise<void> {
    const source = this.#source;
    this.#source = undefined;
    await source?.return?.();
  }

  /** Bytes are copied on their way: a source may keep what it gives out. */
  #send(message: ToThread): void {
    this.worker.postMessage(message);
  }

  #crashed(error: unknown, ended: PromiseWithResolvers<LayerResult>): void {
    if (systemCodeOf(error) !== 'ERR_WORKER_OUT_OF_MEMORY')
      ended.reject(new Error(`the thread that read a layer ended: ${messageOf(error)}`, { cause: error }));
    else ended.resolve(err(this.#problem('layer-out-of-memory', 'reading it takes more memory than a layer may take')));
  }

  #tooSlow(): Problem {
    return this.#problem('layer-too-slow', `reading it took longer than ${this.#task.limits.layerMs} ms`);
  }

  #problem(code: string, reason: string): Problem {
    const layer = this.#input.digest ?? this.#input.diffId;
    return { code, message: `Layer ${layer} was not read: ${reason}.`, layer };
  }
}
