/** The other end of ThreadedWriter: what runs in the thread. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { UnexpectedError } from '@tidewaiter/kit';
import type { WriterCall } from './threaded-writer';
import { openUnfinished } from './unfinished';
import { writerHere } from './writer-here';

function serve(port: MessagePort, path: string): void {
  const writer = writerHere(openUnfinished(path));
  const methods: Readonly<Record<WriterCall['method'], (...args: never[]) => Promise<unknown>>> = writer;
  port.on('message', ({ method, args }: WriterCall) => {
    // What fails ends the thread, which is the failure of the import.
    void methods[method](...(args as never[])).then((answer) => port.postMessage(answer));
  });
}

if (parentPort === null)
  throw new UnexpectedError('no-thread', 'writer-thread is not a program; it is started as a thread.');
serve(parentPort, String(workerData));
