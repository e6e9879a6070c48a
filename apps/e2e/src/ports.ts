import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the ports that the system gives to connections going out (from 32,768 on Linux), so that none takes one meanwhile. */
const firstPort = 20_000;
const portsOfAWorker = 2_000;
let next = 0;

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}

/**
 * A port that is free, for programs that cannot take one themselves and say which. No other test gets it: each of jest's
 * workers has a range of its own, and none is given out twice in a file.
 */
export async function freePort(): Promise<number> {
  const worker = Number(process.env['JEST_WORKER_ID'] ?? '1');
  for (; next < portsOfAWorker; next += 1) {
    const port = firstPort + ((worker - 1) % 6) * portsOfAWorker + next;
    if (!(await isFree(port))) continue;
    next += 1;
    return port;
  }
  throw new Error(`none of the ${portsOfAWorker} ports of this worker is free`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, '127.0.0.1');
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
