import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from './ports';

/** In front of a registry: sees who asks for what, and can hold back the bodies of blobs. */
export interface RegistryProxy {
  /** What clients take for the registry: 127.0.0.1:PORT. */
  readonly host: string;
  readonly url: string;
  /** Requests of every kind so far. */
  requests(): number;
  /** Blobs that were asked for so far. */
  blobGets(): number;
  /** Every blob asked for from now on gets its first half at once and the rest when this is called again with false. */
  holdBlobs(isHeld: boolean): void;
  /** Blobs whose second half is being held back. */
  heldBlobs(): number;
  forwardTo(url: string): void;
  close(): Promise<void>;
}

export async function startRegistryProxy(): Promise<RegistryProxy> {
  let target = new URL('http://127.0.0.1:1');
  let requests = 0;
  let blobGets = 0;
  let isHolding = false;
  let held = 0;

  const server = createServer((request, response) => {
    const isBlobGet = request.method === 'GET' && /\/blobs\/sha256:[0-9a-f]{64}$/.test(request.url ?? '');
    requests += 1;
    if (isBlobGet) blobGets += 1;
    const { url = '/', method, headers } = request;
    const onward = forward({ host: target.hostname, port: target.port, path: url, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      const pass = async (): Promise<void> => {
        const chunks = await answer.toArray();
        const body = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as Uint8Array)));
        const half = Math.floor(body.length / 2);
        response.write(body.subarray(0, half));
        held += 1;
        while (isHolding && !response.destroyed) await sleep(50);
        held -= 1;
        response.end(body.subarray(half));
      };
      if (isBlobGet && isHolding) pass().catch(() => response.destroy());
      else answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${portOf(server)}`;
  return {
    host,
    url: `http://${host}`,
    requests: () => requests,
    blobGets: () => blobGets,
    heldBlobs: () => held,
    holdBlobs: (wanted) => {
      isHolding = wanted;
    },
    forwardTo: (url) => {
      target = new URL(url);
    },
    async close() {
      isHolding = false;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
