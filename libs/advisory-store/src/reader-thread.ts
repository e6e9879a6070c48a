/** The other end of ThreadedReader: what runs in the thread. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import { storedPart } from '@tidewaiter/feed-io';
import { feeds } from '@tidewaiter/feeds';
import { UnexpectedError } from '@tidewaiter/kit';
import { readPart, type PartToRead } from './read-part';
import type { ReadCall, ReaderAnswer, ReaderCall } from './threaded-reader';

/** On their way at a time: enough that neither side waits for the other, few enough that they are no memory to speak of. */
const maxPieces = 3;

class Reader {
  private untaken = 0;
  private goOn: (() => void) | undefined;

  constructor(private readonly port: MessagePort) {}

  taken(): void {
    this.untaken -= 1;
    this.goOn?.();
  }

  async read(call: ReadCall): Promise<void> {
    for await (const piece of readPart(taskOf(call))) {
      this.answer(piece);
      this.untaken += 1;
      if (this.untaken >= maxPieces) await new Promise<void>((resolve) => (this.goOn = resolve));
    }
    this.answer('end');
  }

  private answer(answer: ReaderAnswer): void {
    this.port.postMessage(answer);
  }
}

function taskOf({ feed: id, part, stored, share, stamps }: ReadCall): PartToRead {
  const feed = feeds.find((known) => known.id === id);
  if (feed === undefined) throw new UnexpectedError('no-feed', `There is no feed ${id}.`);
  return { feed, part: { ...storedPart(part, stored), ...(share === undefined ? {} : { share }) }, stamps };
}

if (parentPort === null)
  throw new UnexpectedError('no-thread', 'reader-thread is not a program; it is started as a thread.');
const reader = new Reader(parentPort);
parentPort.on('message', (call: ReaderCall) => {
  if (call === 'taken') reader.taken();
  // What fails ends the thread, which is the failure of the import.
  else void reader.read(call);
});
