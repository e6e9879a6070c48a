/** The other end of ThreadedWriting: what runs in the thread. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { UnexpectedError } from '@tidewaiter/kit';
import { VulnerabilityWriting } from '../resolve';
import { StoreWriting } from '../store-writing';
import type { FromWriterThread, ToWriterThread } from './threaded-writing';
import { openUnfinished } from '../unfinished';
import { serveWriter } from './writer-port';

function serve(port: MessagePort, path: string): void {
  const database = openUnfinished(path);
  const writing = new StoreWriting(database);
  let vulnerabilities: VulnerabilityWriting | undefined;
  const send = (message: FromWriterThread): void => port.postMessage(message);
  const resolve = (): void => {
    writing.indexRecords();
    send({ kind: 'written', isRelinked: writing.isRelinked });
    writing.finish();
    writeBack(path);
  };
  port.on('message', (message: ToWriterThread) => {
    if (message.kind === 'writer') serveWriter(message.port, writing.writer());
    else if (message.kind === 'resolve') resolve();
    else if (message.kind === 'vulnerabilities')
      (vulnerabilities ??= new VulnerabilityWriting(database)).write(message.rows);
    else {
      vulnerabilities?.finish();
      send({ kind: 'finished' });
    }
  });
}

/** Most of the file is on the disk then before its last rows are worked out. */
function writeBack(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

if (parentPort === null)
  throw new UnexpectedError('no-thread', 'writer-thread is not a program; it is started as a thread.');
serve(parentPort, String(workerData));
