import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RegistryFault } from './fault';

/** What a handler answers. `HEAD` sends the same without the body. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | { readonly stream: () => Readable; readonly sizeBytes: number };
}

export function jsonReply(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  const body = Buffer.from(JSON.stringify(value));
  return { status, headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers }, body };
}

export async function sendReply(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const body = reply.body ?? new Uint8Array();
  const sizeBytes = body instanceof Uint8Array ? body.byteLength : body.sizeBytes;
  const headers: Record<string, string> = {
    'Docker-Distribution-Api-Version': 'registry/2.0',
    'X-Ms-Correlation-Request-Id': randomUUID(),
    ...reply.headers,
  };
  if (reply.status !== 204 && reply.status !== 304) headers['Content-Length'] ??= String(sizeBytes);
  response.writeHead(reply.status, headers);
  if (request.method === 'HEAD' || sizeBytes === 0) {
    response.end();
    return;
  }
  if (body instanceof Uint8Array) response.end(body);
  else await pipeline(body.stream(), response);
}

/** The whole body, refused as soon as it is longer than the limit. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('request body is not binary');
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A body that is a JSON document of moderate size. */
export async function parseJsonBody(request: IncomingMessage): Promise<unknown> {
  const text = (await readBody(request, 256 * 1024)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new RegistryFault(400, 'UNSUPPORTED', 'the body is not JSON');
  }
}

export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await readBody(request, 256 * 1024)).toString('utf8'));
}

function tooLarge(maxBytes: number): RegistryFault {
  return new RegistryFault(413, 'SIZE_INVALID', `request body is larger than ${maxBytes} bytes`, {
    headers: { Connection: 'close' },
  });
}
