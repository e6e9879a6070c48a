/** A process to send signals to: `wait-for-signal.ts <how long its stop takes>`. Says "ready", and "stopped" when it has. */
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@tidewaiter/kit';
import { stopOnSignal } from '../http/stop-on-signal';

const stopMs = Number(process.argv[2]);

async function stop(): Promise<void> {
  await sleep(stopMs);
  process.stdout.write('stopped\n');
}

stopOnSignal(stop, { logger: silentLogger, deadlineMs: 500 });
setInterval(() => undefined, 60_000);
process.stdout.write('ready\n');
