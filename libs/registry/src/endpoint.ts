import type { AzureCloud } from '@tidewaiter/contracts';
import { UserError } from '@tidewaiter/kit';
import { cloudOfHost, clouds } from './clouds';

/** A registry's address and the hosts it may send us to. */
export interface Endpoint {
  readonly origin: string;
  /** Host with its port, for messages. */
  readonly host: string;
  /** Throws UserError `host-not-allowed` unless the operator planned calls to that address. */
  assertAllowed(url: URL, purpose: 'content' | 'token'): void;
}

export interface EndpointOptions {
  /** What the host's name says when left out. */
  readonly cloud?: AzureCloud | undefined;
  /** `host[:port]`, or a URL of scheme and host. */
  readonly registry: string;
  /** Loopback hosts are spoken to in plain HTTP and others are not, unless this says otherwise. */
  readonly plainHttp?: boolean | undefined;
  /** More hosts the registry may redirect or send us for tokens to: `host`, `host:port` or `*.suffix`. */
  readonly allowedHosts?: readonly string[] | undefined;
}

interface Companions {
  /** Where blobs come from. */
  readonly content: readonly string[];
  /** What may see our credentials besides the registry itself. */
  readonly token?: readonly string[];
}

/** Hosts that belong to a registry though their name is another. Those of Azure's clouds are in clouds.ts. */
const knownCompanions: readonly (Companions & { readonly registry: RegExp })[] = [
  { registry: /^mcr\.microsoft\.com$/, content: ['*.data.mcr.microsoft.com'] },
  {
    registry: /^registry-1\.docker\.io$/,
    // Which one depends on the plan of whoever asks: https://docs.docker.com/desktop/setup/allow-list/
    content: [
      'production.cloudflare.docker.com',
      'production.cloudfront.docker.com',
      'docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com',
    ],
    token: ['auth.docker.io'],
  },
  { registry: /^ghcr\.io$/, content: ['pkg-containers.githubusercontent.com'] },
  { registry: /^quay\.io$/, content: ['*.quay.io'] },
];
/** Names that people call Docker Hub by; images are at none of them. */
const namesOfDockerHub: ReadonlySet<string> = new Set(['docker.io', 'www.docker.io', 'index.docker.io']);

export function createEndpoint(options: EndpointOptions): Endpoint {
  const url = registryUrl(readUrl(options));
  const isLoopbackRegistry = isLoopback(url.hostname);
  if (url.protocol === 'http:' && !isLoopbackRegistry && options.plainHttp !== true) {
    throw new UserError(
      'plain-http-refused',
      `Registry ${url.host} would be spoken to without encryption; allow plain HTTP for it explicitly or use https.`,
    );
  }
  const companions = companionsOf(url.hostname, options.cloud);
  const configured = options.allowedHosts ?? [];

  return {
    origin: url.origin,
    host: url.host,
    assertAllowed(target, purpose) {
      const isOwn = target.hostname === url.hostname;
      const isConfigured = configured.some((pattern) => hostMatches(pattern, target));
      const isCompanion = (companions?.[purpose] ?? []).some((pattern) => hostMatches(pattern, target));
      // Never less protected than the registry itself is.
      const isProtected = target.protocol === 'https:' || (target.protocol === 'http:' && url.protocol === 'http:');
      if (isProtected && (isOwn || isConfigured || isCompanion)) return;
      throw new UserError(
        'host-not-allowed',
        `Registry ${url.host} sends us to ${target.protocol}//${target.host}, which is not among the hosts allowed for it; ` +
          'add the host to the registry\'s allowed hosts ("allowedHosts", --allow-host) if it is meant.',
        { fields: { registry: url.host, host: target.host } },
      );
    },
  };
}

function companionsOf(hostname: string, stated: AzureCloud | undefined): Companions | undefined {
  const cloud = stated ?? cloudOfHost(hostname);
  if (cloud !== undefined) return { content: clouds[cloud].contentHosts };
  return knownCompanions.find((entry) => entry.registry.test(hostname));
}

/** Host with its port, where the images of a registry are that is described by this address. */
export function registryHost(address: string): string {
  return registryUrl(new URL(address)).host;
}

function registryUrl(url: URL): URL {
  return namesOfDockerHub.has(url.host) ? new URL(`${url.protocol}//registry-1.docker.io`) : url;
}

function readUrl(options: EndpointOptions): URL {
  const { registry } = options;
  const isBare = !/^https?:\/\//.test(registry);
  const url = parseUrl(isBare ? `https://${registry}` : registry);
  const isClean =
    url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  if (url === undefined || !isClean || url.hostname === '') {
    throw new UserError(
      'registry-invalid',
      'A registry is given as host[:port] or http(s)://host[:port], without path.',
    );
  }
  if (!isBare) return url;
  const isPlain = options.plainHttp ?? isLoopback(url.hostname);
  // Parsed again and not rewritten: the default port differs.
  return isPlain ? new URL(`http://${registry}`) : url;
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

function hostMatches(given: string, url: URL): boolean {
  const pattern = given.toLowerCase();
  if (pattern.startsWith('*.')) return url.hostname.endsWith(pattern.slice(1));
  return pattern === url.host || pattern === url.hostname;
}
