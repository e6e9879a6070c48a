import { compiled } from './compiled';
import { DeflateFault } from './fault';

/** What is used of it. TypeScript knows it as a part of browsers only. */
declare const WebAssembly: {
  readonly Module: new (binary: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/** What libs/deflate/assembly/inflate.ts exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly input: { readonly value: number };
  readonly inputBytes: { readonly value: number };
  readonly inputPadding: { readonly value: number };
  readonly output: { readonly value: number };
  begin(): void;
  readPosition(): number;
  setReadPosition(position: number): void;
  writePosition(): number;
  release(): void;
  inflate(inputEnd: number, isFinal: number): number;
}

/** Why it stopped: it has used what there was, its output is full, or the stream has ended. */
export type Stop = 'input' | 'output' | 'end';

/** By the numbers that libs/deflate/assembly/inflate.ts gives them. */
const stops: readonly Stop[] = ['input', 'output', 'end'];
const truncated = -2;

let module: object | undefined;

function instance(): Exports {
  module ??= new WebAssembly.Module(Buffer.from(compiled, 'base64'));
  return new WebAssembly.Instance(module).exports as Exports; // Its own source says what they are.
}

/**
 * Inflates raw deflate streams (RFC 1951), one after the other, in the thread that calls. Node's own inflater takes one and a half
 * times as long, or works in another thread.
 */
export class Inflater {
  readonly #wasm = instance();
  readonly #memory = Buffer.from(this.#wasm.memory.buffer);
  readonly #input = this.#wasm.input.value;
  readonly #capacity = this.#wasm.inputBytes.value;
  readonly #output = this.#wasm.output.value;
  #inputEnd = this.#input;
  #isFinal = false;

  /** Everything is as it was at first. */
  reset(): void {
    this.#inputEnd = this.#input;
    this.#isFinal = false;
    this.#wasm.setReadPosition(this.#input);
    this.#wasm.release();
    this.#wasm.begin();
  }

  /** Takes as many bytes as there is room for, and says how many. */
  write(bytes: Uint8Array): number {
    const unread = this.unread();
    this.#memory.copyWithin(this.#input, this.#wasm.readPosition(), this.#inputEnd);
    this.#wasm.setReadPosition(this.#input);
    const taken = Math.min(bytes.length, this.#capacity - unread.length);
    this.#inputEnd = this.#input + unread.length;
    this.#memory.set(taken === bytes.length ? bytes : bytes.subarray(0, taken), this.#inputEnd);
    this.#inputEnd += taken;
    return taken;
  }

  /** There is no more input than was written. */
  end(): void {
    this.#memory.fill(0, this.#inputEnd, this.#inputEnd + this.#wasm.inputPadding.value);
    this.#isFinal = true;
  }

  /** A stream begins with what is not read yet: its matches do not reach into what was before. */
  begin(): void {
    this.#wasm.begin();
  }

  /** @throws DeflateFault */
  inflate(): Stop {
    const result = this.#wasm.inflate(this.#inputEnd, this.#isFinal ? 1 : 0);
    const stop = stops[result];
    if (stop !== undefined) return stop;
    throw result === truncated
      ? new DeflateFault('deflate-truncated', 'ends too early')
      : new DeflateFault('deflate-invalid', 'is damaged');
  }

  /** What was inflated since `release`, of one stream or several; it stays as it is until the next call of that. */
  output(): Buffer {
    return this.#memory.subarray(this.#output, this.#wasm.writePosition());
  }

  /** The output was used, and its place can be. */
  release(): void {
    this.#wasm.release();
  }

  /** Between streams: what was written and not read. Valid until the next write. */
  unread(): Buffer {
    return this.#memory.subarray(this.#wasm.readPosition(), this.#inputEnd);
  }

  /** Between streams: so many bytes are of something else. */
  skip(bytes: number): void {
    this.#wasm.setReadPosition(this.#wasm.readPosition() + bytes);
  }

  get isInputFull(): boolean {
    return this.unread().length === this.#capacity;
  }
}
