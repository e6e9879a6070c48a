/** The other end of ThreadedReader: what runs in the thread. Reads one part at a time. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { placedPart } from '@tidewaiter/feed-io';
import { feeds } from '@tidewaiter/feeds';
import { UnexpectedError } from '@tidewaiter/kit';
import { importPart, type PartResult } from '../import-part';
import { failureOf } from './thread-failure';
import type { FromReaderThread, PlacedPart } from './threaded-reader';
import { PortWriter } from './writer-port';

function serve(port: MessagePort, writer: PortWriter): void {
  const send = (message: FromReaderThread): void => port.postMessage(message);
  const read = async ({ feed: id, part, ...task }: PlacedPart): Promise<PartResult> => {
    const feed = feeds.find((candidate) => candidate.id === id);
    if (feed === undefined) throw new UnexpectedError('feed-unknown', `There is no feed ${id}.`);
    return importPart(writer, {
      ...task,
      feed,
      part: placedPart(part.name, part.places),
      onProblem: (problem) => send({ kind: 'problem', problem }),
    });
  };
  port.on('message', (part: PlacedPart) => {
    read(part).then(
      (result) => send({ kind: 'done', result }),
      (error: unknown) => send({ kind: 'failed', failure: failureOf(error) }),
    );
  });
}

if (parentPort === null)
  throw new UnexpectedError('no-thread', 'reader-thread is not a program; it is started as a thread.');
// What ThreadedReader gives it.
serve(parentPort, new PortWriter(workerData as MessagePort));
