/** The other end of ThreadedWriting: what runs in the thread. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { UnexpectedError } from '@tidewaiter/kit';
import { StoreWriting } from '../store-writing';
import type { ToWriterThread } from './threaded-writing';
import { openUnfinished } from '../unfinished';
import { serveWriter } from './writer-port';

function serve(port: MessagePort, path: string): void {
  const writing = new StoreWriting(openUnfinished(path));
  port.on('message', (message: ToWriterThread) => {
    if (message.kind === 'writer') serveWriter(message.port, writing.writer());
    else port.postMessage(writing.effects());
  });
}

if (parentPort === null)
  throw new UnexpectedError('no-thread', 'writer-thread is not a program; it is started as a thread.');
serve(parentPort, String(workerData));
