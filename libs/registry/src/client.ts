import { createHash } from 'node:crypto';
import { Digest, mediaTypes, TagName, type Descriptor, type OciDocument } from '@tidewaiter/contracts';
import { OperationalError, silentLogger, UserError, type Logger } from '@tidewaiter/kit';
import { acrListings, type AcrListings } from './acr-listings';
import { address, repositoryName } from './address';
import { createAuthority, type Authority } from './auth/authority';
import { readBlob } from './blob';
import type { RequestGate } from './budget/request-gate';
import type { RegistryCredentials } from './credentials';
import { CatalogPage, TagPage, type Referrer } from './documents.schema';
import { createEndpoint, type Endpoint, type EndpointOptions } from './endpoint';
import type { Subject } from './failures';
import type { Answer, HttpOptions } from './http';
import { listPages } from './pages';
import { referrersOf } from './referrers';
import { createTransport, type Call } from './transport';

/** Registries agree on this limit for a manifest; OCI distribution-spec, "Pushing manifests". */
const maxManifestBytes = 4 * 1024 * 1024;

/** All of them at once, or a registry converts, or denies having, what was not asked for. */
const acceptedManifests = [
  mediaTypes.ociIndex,
  mediaTypes.dockerIndex,
  mediaTypes.ociManifest,
  mediaTypes.dockerManifest,
].join(', ');

export interface RegistryClientOptions extends EndpointOptions {
  readonly credentials?: RegistryCredentials;
  readonly logger?: Logger;
  /** Items a page; what a registry gives at most is its own affair. */
  readonly pageSize?: number;
  readonly headersTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  /** Attempts for one request, the first one included. */
  readonly attempts?: number;
  readonly firstDelayMs?: number;
  /** Longest pause between two attempts; a `Retry-After` beyond it becomes an error that carries it. */
  readonly maxDelayMs?: number;
  /** Ends every call of this client. */
  readonly signal?: AbortSignal;
  readonly fetch?: typeof fetch;
}

/** A manifest as received, its digest computed from the bytes. */
export interface ManifestDocument extends OciDocument {
  readonly digest: string;
}

/**
 * The reading half of the OCI distribution protocol. Failures are UserError for what asking again will not change
 * (`registry-unauthorized`, `registry-denied`, `manifest-unknown`, `blob-unknown`, `repository-unknown`, `host-not-allowed`)
 * and OperationalError for the rest (`registry-unreachable`, `registry-throttled` with `retryAfterSeconds`, ...).
 */
export interface RegistryClient {
  /** Host with its port. */
  readonly host: string;
  /** Whether the registry is there and takes our credentials. */
  ping(): Promise<void>;
  /** By tag or digest. Its digest has been checked against what was asked for and what the registry said. */
  manifest(repository: string, reference: string): Promise<ManifestDocument>;
  /** What a tag or digest points to, as the registry says; nothing of it has been checked. */
  head(repository: string, reference: string): Promise<Descriptor>;
  /** The stored bytes, exactly as many as the descriptor states; whoever reads them checks the digest. */
  blob(repository: string, descriptor: Pick<Descriptor, 'digest' | 'size'>): AsyncIterable<Uint8Array>;
  tags(repository: string): AsyncIterable<string>;
  /** The same registry and the same tokens, with a gate that every request has to pass and a signal that ends its calls. */
  behind(gate: RequestGate, signal?: AbortSignal): RegistryClient;
  /** Names of all repositories behind `after`, where the registry and our role allow listing them. */
  catalog(after?: string): AsyncIterable<string>;
  /** What refers to a manifest; UserError `registry-api-missing` where the registry has no such list. */
  referrers(repository: string, digest: string): AsyncIterable<Referrer>;
  /** What only Azure Container Registry has. */
  readonly acr: AcrListings;
}

export function createRegistryClient(options: RegistryClientOptions): RegistryClient {
  return clientOf(clientParts(options), undefined);
}

export interface ClientParts {
  readonly endpoint: Endpoint;
  readonly http: HttpOptions;
  readonly authority: Authority;
  readonly pageSize: string;
}

export function clientParts(options: RegistryClientOptions): ClientParts {
  const endpoint = createEndpoint(options);
  const http = httpOptions(options);
  const authority = createAuthority({ endpoint, http, credentials: options.credentials ?? { kind: 'anonymous' } });
  return { endpoint, http, authority, pageSize: String(options.pageSize ?? 100) };
}

function clientOf(parts: ClientParts, gate: RequestGate | undefined): RegistryClient {
  const { endpoint, http, authority, pageSize } = parts;
  const transport = createTransport({ endpoint, authority, http, gate });

  async function manifest(repository: string, reference: string): Promise<ManifestDocument> {
    const call = manifestCall(endpoint, 'GET', repository, reference);
    const { answer, bytes } = await transport.document(call, maxManifestBytes);
    return checkedManifest(answer, bytes, reference, call.subject);
  }

  return {
    host: endpoint.host,
    behind: (newGate, signal = http.signal) => clientOf({ ...parts, http: { ...http, signal } }, newGate),
    manifest,
    async ping() {
      const subject: Subject = { what: 'the API', host: endpoint.host, whenMissing: 'registry-api-missing' };
      const answer = await transport.send({ method: 'GET', url: address(endpoint, '/v2/'), headers: {}, subject });
      await answer.discard();
    },
    async head(repository, reference) {
      const call = manifestCall(endpoint, 'HEAD', repository, reference);
      const answer = await transport.send(call);
      await answer.discard();
      const stated = statedDescriptor(answer);
      if (stated !== undefined) return stated;
      // A registry need not say the digest; the document tells it.
      const { digest, mediaType, bytes } = await manifest(repository, reference);
      return { digest, mediaType, size: bytes.byteLength };
    },
    blob(repository, descriptor) {
      const digest = Digest.parse(descriptor.digest);
      const call: Call = {
        method: 'GET',
        url: address(endpoint, `/v2/${repositoryName(repository)}/blobs/${digest}`),
        scope: pullScope(repository),
        // A layer that is gzip is content; encoding it once more for the way would hide how long it is.
        headers: { Accept: '*/*', 'Accept-Encoding': 'identity' },
        subject: { what: `blob ${digest} of ${repository}`, host: endpoint.host, whenMissing: 'blob-unknown' },
      };
      return readBlob({ transport, http, call, descriptor });
    },
    tags: (repository) =>
      listPages(transport, {
        firstPage: address(endpoint, `/v2/${repositoryName(repository)}/tags/list`, { n: pageSize }),
        scope: pullScope(repository),
        subject: { what: `the tags of ${repository}`, host: endpoint.host, whenMissing: 'repository-unknown' },
        page: TagPage,
        items: (page) => page.tags ?? [],
      }),
    catalog: (after) =>
      listPages(transport, {
        firstPage: address(endpoint, '/v2/_catalog', { n: pageSize, ...(after === undefined ? {} : { last: after }) }),
        scope: 'registry:catalog:*',
        subject: { what: 'the list of repositories', host: endpoint.host, whenMissing: 'registry-api-missing' },
        page: CatalogPage,
        items: (page) => page.repositories ?? [],
      }),
    referrers: (repository, digest) =>
      referrersOf(transport, {
        url: address(endpoint, `/v2/${repositoryName(repository)}/referrers/${Digest.parse(digest)}`),
        scope: pullScope(repository),
        what: `the referrers of ${repository}@${digest}`,
        host: endpoint.host,
      }),
    acr: acrListings({ transport, endpoint, pageSize }),
  };
}

function httpOptions(options: RegistryClientOptions): HttpOptions {
  return {
    fetch: options.fetch ?? fetch,
    logger: options.logger ?? silentLogger,
    headersTimeoutMs: options.headersTimeoutMs ?? 30_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
    attempts: options.attempts ?? 4,
    firstDelayMs: options.firstDelayMs ?? 500,
    maxDelayMs: options.maxDelayMs ?? 10_000,
    signal: options.signal,
  };
}

function manifestCall(endpoint: Endpoint, method: 'GET' | 'HEAD', repository: string, reference: string): Call {
  if (!TagName.safeParse(reference).success && !Digest.safeParse(reference).success) {
    throw new UserError('reference-invalid', `"${reference.slice(0, 200)}" is neither a tag nor a digest.`);
  }
  const separator = reference.includes(':') ? '@' : ':';
  return {
    method,
    url: address(endpoint, `/v2/${repositoryName(repository)}/manifests/${reference}`),
    scope: pullScope(repository),
    headers: { Accept: acceptedManifests },
    subject: {
      what: `manifest ${repository}${separator}${reference}`,
      host: endpoint.host,
      whenMissing: 'manifest-unknown',
    },
  };
}

function checkedManifest(answer: Answer, bytes: Uint8Array, reference: string, subject: Subject): ManifestDocument {
  const mediaType = mediaTypeOf(answer);
  if (mediaType === undefined) {
    throw new OperationalError(
      'manifest-type-missing',
      `Registry ${subject.host} does not say what kind of document ${subject.what} is.`,
    );
  }
  const digest = reference.startsWith('sha512:') ? digestOf('sha512', bytes) : digestOf('sha256', bytes);
  const stated = answer.headers.get('docker-content-digest');
  const isOther = reference.includes(':') && reference !== digest;
  const isMisstated = stated !== null && stated.split(':')[0] === digest.split(':')[0] && stated !== digest;
  if (isOther || isMisstated) {
    throw new OperationalError(
      'manifest-digest-mismatch',
      `Registry ${subject.host} sends other content for ${subject.what} than its digest names; it or something on the way is faulty.`,
      { fields: { host: subject.host, digest } },
    );
  }
  return { mediaType, bytes, digest };
}

function statedDescriptor(answer: Answer): Descriptor | undefined {
  const digest = Digest.safeParse(answer.headers.get('docker-content-digest'));
  const mediaType = mediaTypeOf(answer);
  const length = answer.headers.get('content-length') ?? '';
  if (!digest.success || mediaType === undefined || !/^\d{1,15}$/.test(length)) return undefined;
  return { digest: digest.data, mediaType, size: Number(length) };
}

function mediaTypeOf(answer: Answer): string | undefined {
  const type = answer.headers.get('content-type')?.split(';')[0]?.trim();
  return type === '' ? undefined : type;
}

function pullScope(repository: string): string {
  return `repository:${repository}:pull`;
}

function digestOf(algorithm: 'sha256' | 'sha512', bytes: Uint8Array): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
