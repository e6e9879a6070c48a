import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mediaTypes, type Descriptor } from '@tidewaiter/contracts';
import type { RegistryClient } from './client';
import { registrySource } from './registry-source';
import type { HookCall, HookTarget } from './hooks/hook-source';

export function sha256(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Jest's matcher with a type: what is compared is unknown, not anything. */
export function containing(text: string): unknown {
  return expect.stringContaining(text);
}

/** Pushes small images with nothing but HTTP, in the two requests every registry knows. */
export class Pusher {
  constructor(
    readonly origin: string,
    readonly login: { readonly username: string; readonly password: string },
  ) {}

  send(method: string, path: string, body?: string, type = 'application/octet-stream'): Promise<Response> {
    const { username, password } = this.login;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const headers = { Authorization: authorization, 'Content-Type': type };
    return fetch(new URL(path, this.origin), { method, headers, ...(body === undefined ? {} : { body }) });
  }

  async blob(repository: string, bytes: string): Promise<{ digest: string; size: number }> {
    const started = await this.send('POST', `/v2/${repository}/blobs/uploads/`);
    const location = new URL(started.headers.get('location') ?? '', this.origin);
    location.searchParams.set('digest', sha256(bytes));
    assertCreated(await this.send('PUT', location.href, bytes));
    return { digest: sha256(bytes), size: bytes.length };
  }

  /** One layer, which says which tag it belongs to. */
  async image(repository: string, tag: string): Promise<PushedImage> {
    const config = await this.blob(repository, JSON.stringify({ os: 'linux', architecture: 'amd64', tag }));
    const layer = { mediaType: mediaTypes.dockerLayer, ...(await this.blob(repository, `layer of ${tag}`)) };
    const bytes = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.dockerManifest,
      config: { mediaType: mediaTypes.dockerConfig, ...config },
      layers: [layer],
    });
    assertCreated(await this.send('PUT', `/v2/${repository}/manifests/${tag}`, bytes, mediaTypes.dockerManifest));
    return { bytes, digest: sha256(bytes), layer };
  }
}

export interface PushedImage {
  readonly bytes: string;
  readonly digest: string;
  readonly layer: Descriptor;
}

function assertCreated(response: Response): void {
  if (response.status !== 201) throw new Error(`push answered ${response.status}`);
}

/** What a watcher does to an image: by tag, by digest, its layer, with every byte checked. */
export async function pullImage(client: RegistryClient, repository: string, tag: string): Promise<void> {
  await client.ping();
  expect(await listed(client.tags(repository))).toContain(tag);
  const source = registrySource(client, { repository, reference: tag });
  const descriptor = await source.resolve();
  const document = await source.manifest(descriptor);
  expect(sha256(document.bytes)).toBe(descriptor.digest);
  expect(document.bytes.byteLength).toBe(descriptor.size);
  const text = `layer of ${tag}`;
  const layer = { digest: sha256(text), size: text.length, mediaType: mediaTypes.dockerLayer };
  expect(await collect(await source.blob(layer))).toBe(text);
}

/** One request as the stand-in saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

export interface StandIn {
  readonly host: string;
  readonly seen: Seen[];
}

/** Servers that behave as badly as a test wants. */
export class StandIns {
  readonly #servers: Server[] = [];

  async start(answer: (request: IncomingMessage, response: ServerResponse, seen: Seen) => void): Promise<StandIn> {
    const seen: Seen[] = [];
    const server = createServer((request, response) => {
      const entry: Seen = {
        method: request.method ?? '',
        url: request.url ?? '',
        authorization: request.headers.authorization,
        range: request.headers.range,
      };
      seen.push(entry);
      answer(request, response, entry);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { host: `127.0.0.1:${address.port}`, seen };
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

export async function listed(items: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A call of a webhook, its headers in lower case as a server has them. */
export function hookCall(more: Partial<HookCall> = {}): HookCall {
  return { headers: {}, querySecret: undefined, body: Buffer.alloc(0), ...more };
}

export function hookTarget(more: Partial<HookTarget> = {}): HookTarget {
  return { loginServer: 'contoso.azurecr.io', secret: 'a-secret-of-this-spec', ...more };
}
