import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAcrEmulator, type AcrEmulator } from '@tidewaiter/acr-emulator';
import type { BuiltImage } from '@tidewaiter/testing';
import { silentLogger, type Logger } from '@tidewaiter/kit';
import { ListedManifests, ListedNames, ListedTags, ManifestDocument } from './emulated-registry.schema';

export const login = { username: 'pusher', password: 'pusher-password' };
/** May read everything but `secret/*`. */
export const watcher = { username: 'watcher', password: 'watcher-password' };

/** An emulator, what clients do to it, and its own word on what it holds. */
export class EmulatedRegistry {
  private constructor(
    readonly emulator: AcrEmulator,
    private readonly directory: string,
    /** `GET /v2/team/api/blobs/sha256:...`, all that were answered since it was empty. */
    private readonly answered: string[],
  ) {}

  static async start(): Promise<EmulatedRegistry> {
    const directory = await mkdtemp(join(tmpdir(), 'tidewaiter-catalogue-'));
    const scopes = ['registry:catalog:*', 'repository:team/*:pull,metadata_read', 'repository:plain/*:pull'];
    const users = [login, { ...watcher, scopes }];
    const answered: string[] = [];
    const debug: Logger['debug'] = (_message, fields) =>
      void answered.push(`${String(fields?.['method'])} ${String(fields?.['path'])}`);
    const logger = { ...silentLogger, debug };
    const emulator = await startAcrEmulator({ dataDir: directory, port: 0, users, logger });
    return new EmulatedRegistry(emulator, directory, answered);
  }

  async close(): Promise<void> {
    await this.emulator.close();
    await rm(this.directory, { recursive: true });
  }

  /** Blobs, the manifests an index leads to, then the manifest itself, by its tag or by its digest alone. */
  async push(repository: string, image: BuiltImage, tag?: string): Promise<string> {
    const { digest } = image.descriptor;
    const manifests = [...image.blobs].filter(([, bytes]) => mediaTypeOf(bytes) !== undefined);
    for (const [blob, bytes] of image.blobs) {
      if (mediaTypeOf(bytes) === undefined)
        await this.call('POST', `/v2/${repository}/blobs/uploads/?digest=${blob}`, { body: bytes });
    }
    for (const [child, bytes] of manifests) if (child !== digest) await this.put(repository, child, bytes);
    const root = image.blobs.get(digest);
    if (root === undefined) throw new Error('the image has no manifest');
    await this.put(repository, tag ?? digest, root);
    return digest;
  }

  async untag(repository: string, tag: string): Promise<void> {
    await this.call('DELETE', `/acr/v1/${repository}/_tags/${tag}`);
  }

  async deleteManifest(repository: string, digest: string): Promise<void> {
    await this.call('DELETE', `/v2/${repository}/manifests/${digest}`);
  }

  /** How long what is deleted can be restored; null: it cannot. */
  async softDelete(retentionDays: number | null): Promise<void> {
    await this.call('PUT', '/emulator/soft-delete', { body: Buffer.from(JSON.stringify({ retentionDays })) });
  }

  async restore(repository: string, digest: string, tag: string): Promise<void> {
    const path = `/acr/v1/_deleted/${repository}/_manifests/${digest}`;
    await this.call('POST', path, { body: Buffer.from(JSON.stringify({ tag })) });
  }

  /** What goes wrong with its answers from now on. */
  async disturb(rates: { readonly unavailable?: number }): Promise<void> {
    await this.call('PUT', '/emulator/disturbances', { body: Buffer.from(JSON.stringify(rates)) });
  }

  async deleteRepository(repository: string): Promise<void> {
    await this.call('DELETE', `/acr/v1/${repository}`);
  }

  async empty(): Promise<void> {
    const { repositories } = ListedNames.parse(await this.json('/acr/v1/_catalog?n=1000'));
    for (const repository of repositories) await this.deleteRepository(repository);
    this.answered.length = 0;
  }

  /** How often a blob was pulled, from whatever repository. */
  pulls(digest: string): number {
    return this.answered.filter((request) => request.startsWith('GET ') && request.endsWith(`/blobs/${digest}`)).length;
  }

  /** `team/api:1.0 sha256:...` for every tag and `team/api sha256:...` for every manifest without one, in order. */
  async entries(among?: readonly string[]): Promise<readonly string[]> {
    const lines: string[] = [];
    const { repositories } = ListedNames.parse(await this.json('/acr/v1/_catalog?n=1000'));
    for (const repository of repositories) {
      if (among?.includes(repository) === false) continue;
      const { tags } = ListedTags.parse(await this.json(`/acr/v1/${repository}/_tags?n=1000`));
      const { manifests } = ListedManifests.parse(await this.json(`/acr/v1/${repository}/_manifests?n=1000`));
      const tagged = new Set(tags.map(({ digest }) => digest));
      for (const { name, digest } of tags) lines.push(`${repository}:${name} ${digest}`);
      for (const { digest } of manifests) if (!tagged.has(digest)) lines.push(`${repository} ${digest}`);
    }
    return lines.sort();
  }

  private async put(repository: string, reference: string, bytes: Buffer): Promise<void> {
    const headers = { 'Content-Type': mediaTypeOf(bytes) ?? '' };
    await this.call('PUT', `/v2/${repository}/manifests/${reference}`, { body: bytes, headers });
  }

  private async json(path: string): Promise<unknown> {
    return (await this.call('GET', path)).json();
  }

  private async call(
    method: string,
    path: string,
    init: { readonly body?: Buffer; readonly headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    const response = await fetch(`${this.emulator.url}${path}`, {
      method,
      headers: { Authorization: authorization, ...init.headers },
      ...(init.body === undefined ? {} : { body: init.body }),
    });
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${String(response.status)}: ${await response.text()}`);
    return response;
  }
}

/** Of a manifest; undefined for any other blob. */
function mediaTypeOf(bytes: Buffer): string | undefined {
  if (bytes[0] !== 0x7b) return undefined;
  const document = ManifestDocument.safeParse(JSON.parse(bytes.toString('utf8')));
  return document.success ? document.data.mediaType : undefined;
}
