/** The other end of LayerThreads: what runs in a thread. Reads one layer at a time. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import { readInPlace } from '@tidewaiter/image';
import { UnexpectedError } from '@tidewaiter/kit';
import { readLayerHere } from '../layers/read-layer';
import type { FromThread, RemoteLayer, ToThread } from './messages';

/** Pieces asked for before they are needed, so that the next one lies ready when a piece has been worked off. */
const piecesAhead = 2;

type Piece = Extract<ToThread, { readonly stream: number }>;

/** Bytes of a layer on their way from the thread that can get them. */
class RemoteStream {
  readonly #arrived: Piece[] = [];
  #wake: (() => void) | undefined;

  constructor(
    readonly number: number,
    private readonly send: (message: FromThread) => void,
  ) {}

  arrive(piece: Piece): void {
    this.#arrived.push(piece);
    this.#wake?.();
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    const stream = this.number;
    try {
      this.send({ kind: 'open', stream });
      for (let ahead = 0; ahead < piecesAhead; ahead++) this.send({ kind: 'more', stream });
      for (;;) {
        const piece = await this.#next();
        if (piece.kind === 'end') return;
        if (piece.kind === 'file') {
          for (const bytes of readInPlace(piece.file)) {
            if (piece.isFollowed) this.send({ kind: 'took', stream, bytes: bytes.length });
            yield bytes;
          }
          return;
        }
        if (piece.kind === 'broken') throw new Error('the source of the layer failed');
        this.send({ kind: 'more', stream });
        yield piece.bytes;
      }
    } finally {
      this.send({ kind: 'stop', stream });
    }
  }

  async #next(): Promise<Piece> {
    for (;;) {
      const piece = this.#arrived.shift();
      if (piece !== undefined) return piece;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

function serve(port: MessagePort): void {
  let stream: RemoteStream | undefined;
  let streams = 0;
  const send = (message: FromThread): void => port.postMessage(message);
  const open = (): Promise<AsyncIterable<Uint8Array>> => {
    stream = new RemoteStream(++streams, send);
    return Promise.resolve(stream.bytes());
  };
  const read = ({ limits, aliases, lockFiles, ...layer }: RemoteLayer): void => {
    readLayerHere({ open, ...layer }, { limits, aliases, lockFiles }).then(
      (result) => send({ kind: 'done', result }),
      (error: unknown) => send({ kind: 'threw', error }),
    );
  };
  port.on('message', (message: ToThread) => {
    if (message.kind === 'read') read(message.layer);
    else if (message.stream === stream?.number) stream.arrive(message);
  });
}

if (parentPort === null)
  throw new UnexpectedError('no-thread', 'layer-thread is not a program; it is started as a thread.');
serve(parentPort);
