import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaTypes } from '@tidewaiter/contracts';
import { startAcrEmulator, type AcrEmulator } from './emulator';
import type { AcrEmulatorOptions } from './options';

export const admin = { username: 'admin', password: 'a-password' };

export function sha256(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Emulators and directories of one spec file, all gone after it. */
export class Harness {
  readonly #directories: string[] = [];
  readonly #emulators: AcrEmulator[] = [];
  readonly #servers: Server[] = [];

  async directory(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'tidewaiter-acr-'));
    this.#directories.push(directory);
    return directory;
  }

  async emulator(options: Partial<AcrEmulatorOptions> = {}): Promise<AcrEmulator> {
    const emulator = await startAcrEmulator({
      dataDir: options.dataDir ?? (await this.directory()),
      port: 0,
      users: [admin],
      ...options,
    });
    this.#emulators.push(emulator);
    return emulator;
  }

  /** A receiver for webhooks; `answer` decides what it says, nothing when it says undefined. */
  async receiver(answer: (received: Received) => Answer | undefined): Promise<Receiver> {
    const received: Received[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { headers, method = '' } = request;
        const call = { method, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
        received.push(call);
        const said = answer(call);
        if (said !== undefined) response.writeHead(said.status, said.headers).end(said.body);
      });
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { url: `http://127.0.0.1:${address.port}/hook`, received };
  }

  async close(): Promise<void> {
    await Promise.all(this.#emulators.map((emulator) => emulator.close()));
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    await Promise.all(this.#directories.map((directory) => rm(directory, { recursive: true, force: true })));
  }
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Received {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
}

/** A client that knows nothing but HTTP, so that nothing of our own stands between a test and the emulator. */
export class RawClient {
  constructor(
    readonly url: string,
    readonly authorization: string = basic(admin),
  ) {}

  send(
    method: string,
    path: string,
    init: { readonly headers?: Record<string, string>; readonly body?: string | Uint8Array } = {},
  ): Promise<Response> {
    return fetch(new URL(path, this.url), {
      method,
      redirect: 'manual',
      headers: { Authorization: this.authorization, ...init.headers },
      ...(init.body === undefined ? {} : { body: Buffer.from(init.body) }),
    });
  }

  async pushBlob(repository: string, bytes: string | Uint8Array): Promise<{ digest: string; size: number }> {
    const digest = sha256(bytes);
    const response = await this.send('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: bytes });
    if (response.status !== 201) throw new Error(`blob push answered ${response.status}`);
    return { digest, size: Buffer.byteLength(bytes) };
  }

  /** A small image; `salt` makes it another one. */
  async pushImage(repository: string, reference: string, salt = ''): Promise<{ digest: string; bytes: string }> {
    const { bytes, digest } = await this.imageDocument(repository, salt);
    const response = await this.send('PUT', `/v2/${repository}/manifests/${reference}`, {
      headers: { 'Content-Type': mediaTypes.ociManifest },
      body: bytes,
    });
    if (response.status !== 201) throw new Error(`manifest push answered ${response.status}: ${await response.text()}`);
    return { digest, bytes };
  }

  async imageDocument(repository: string, salt: string): Promise<{ digest: string; bytes: string }> {
    const config = await this.pushBlob(repository, JSON.stringify({ os: 'linux', architecture: 'arm64', salt }));
    const layer = await this.pushBlob(repository, `layer ${salt}`);
    const bytes = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.ociConfig, ...config },
      layers: [{ mediaType: mediaTypes.ociLayer, ...layer }],
    });
    return { digest: sha256(bytes), bytes };
  }
}

export async function errorCode(response: Response): Promise<unknown> {
  const errors = fieldOf(await response.json(), 'errors');
  return fieldOf(Array.isArray(errors) ? Reflect.get(errors, 0) : undefined, 'code');
}

/** One field of something JSON said. */
export function fieldOf(value: unknown, name: string): unknown {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return field;
}

/** Jest's matchers with a type: what is compared is unknown, not anything. */
export function anyText(): unknown {
  return expect.any(String);
}

export function textLike(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
