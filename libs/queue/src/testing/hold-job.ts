/**
 * A worker of its own, for the test that kills it: takes one scan job, says so, and never finishes it.
 *   node --import ./tools/typescript/register.mjs hold-job.ts '<connection as JSON>'
 */
import { silentLogger } from '@tidewaiter/kit';
import type { QueueConnection } from '../connection';
import { startWorkers } from '../start-workers';

// Written by the test that starts this process.
const connection = JSON.parse(process.argv[2] ?? '') as QueueConnection;

startWorkers({
  connection,
  queues: ['scan-push'],
  handlers: {
    'image.scan.push': ({ scanId }) => {
      process.stdout.write(`holding ${scanId}\n`);
      return new Promise(() => undefined);
    },
  },
  concurrency: 1,
  logger: silentLogger,
  lockMs: 1_000,
});
