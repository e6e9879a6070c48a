import type { MessagePort } from 'node:worker_threads';
import { namedFullDisk } from '../full-disk';
import type { StoreWriter } from '../import-part';
import { errorOf, failureOf, type ThreadFailure } from './thread-failure';

/** What the other end is asked; each has one answer, and these come in the same order. */
type WriterCall = {
  readonly [Method in keyof StoreWriter]: { readonly method: Method; readonly args: Parameters<StoreWriter[Method]> };
}[keyof StoreWriter];

type Answer = { readonly value: unknown } | { readonly failure: ThreadFailure };

/** On their way at a time: some parts are read faster than they are written, some more slowly; so many are no memory to speak of. */
const maxPieces = 16;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A writer that is in another thread, at the other end of a port. */
export class PortWriter implements StoreWriter {
  private readonly waiting: Waiting[] = [];
  private readonly pieces: Promise<void>[] = [];
  private isEnded = false;

  constructor(private readonly port: MessagePort) {
    port.on('message', (answer: Answer) => {
      const asked = this.waiting.shift();
      if ('failure' in answer) asked?.reject(errorOf(answer.failure));
      else asked?.resolve(answer.value);
    });
    port.on('close', () => {
      this.isEnded = true;
      for (const { reject } of this.waiting.splice(0)) reject(ended());
    });
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

  private async ask<Answered>(call: WriterCall): Promise<Answered> {
    if (this.isEnded) throw ended();
    const answered = new Promise<unknown>((resolve, reject) => this.waiting.push({ resolve, reject }));
    this.port.postMessage(call);
    // What the same method answers at the other end, after a copy.
    return (await answered) as Answered;
  }
}

/** The other end of a PortWriter. */
export function serveWriter(port: MessagePort, writer: StoreWriter): void {
  const methods: Readonly<Record<WriterCall['method'], (...args: never[]) => Promise<unknown>>> = writer;
  port.on('message', ({ method, args }: WriterCall) => {
    methods[method](...(args as never[])).then(
      (value) => port.postMessage({ value } satisfies Answer),
      (error: unknown) => port.postMessage({ failure: failureOf(namedFullDisk(error)) } satisfies Answer),
    );
  });
}

function ended(): Error {
  return new Error('the thread that writes the advisory store has ended');
}
