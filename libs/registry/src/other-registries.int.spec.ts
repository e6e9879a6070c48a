import type { IncomingMessage, ServerResponse } from 'node:http';
import { mediaTypes } from '@tidewaiter/contracts';
import { attachmentsOf } from './attachments';
import { createRegistryClient, type RegistryClientOptions } from './client';
import { checkRegistry } from './doctor/check-registry';
import { listed, sha256, StandIns, type StandIn } from './spec-support';

/** How registries of other kinds answer, as far as they differ from ACR and the CNCF registry. */
const servers = new StandIns();
const patience = { attempts: 2, firstDelayMs: 5, maxDelayMs: 50 };
const manifest = JSON.stringify({ schemaVersion: 2 });

afterAll(() => servers.close());

interface Kind {
  readonly service: string;
  /** Of a request that is signed in for what it asks. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  readonly challengeMore?: string;
}

/** A registry whose tokens come from another server, each good for the one scope it was asked for. */
async function registryWithTokens({ service, answer, challengeMore = '' }: Kind) {
  const tokens = await servers.start((request, response) => {
    const scope = new URL(request.url ?? '', 'http://x').searchParams.get('scope') ?? 'nothing';
    // Docker Hub lets nobody list, and says so by a token that is good for nothing.
    const good = scope.startsWith('registry:') ? 'nothing' : scope;
    response.end(JSON.stringify({ token: good }));
  });
  const realm = `http://${tokens.host}/service/token`;
  const registry = await servers.start((request, response) => {
    const scope = scopeOf(request.url ?? '');
    if (request.headers.authorization === `Bearer ${scope}`) return void answer(request, response);
    const challenge = `Bearer realm="${realm}",service="${service}"${scope === 'nothing' ? '' : `,scope="${scope}"`}`;
    response.writeHead(401, { 'WWW-Authenticate': challenge + challengeMore });
    response.end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}');
  });
  return { registry, tokens };
}

function scopeOf(path: string): string {
  if (path.startsWith('/v2/_catalog')) return 'registry:catalog:*';
  const repository = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(path)?.[1];
  return repository === undefined ? 'nothing' : `repository:${repository}:pull`;
}

function client({ host }: StandIn, more: Partial<RegistryClientOptions> = {}) {
  return createRegistryClient({ registry: host, ...patience, ...more });
}

function sendManifest(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': mediaTypes.ociManifest }).end(manifest);
}

describe('Docker Hub', () => {
  const kind: Kind = {
    service: 'registry.docker.io',
    answer: (_request, response) => sendManifest(response),
  };

  it('is pulled from with a token of its other server, for one repository', async () => {
    const { registry, tokens } = await registryWithTokens(kind);
    const { digest } = await client(registry).manifest('library/alpine', 'latest');
    expect(digest).toBe(sha256(manifest));
    expect(tokens.seen.map(({ url }) => decodeURIComponent(url))).toEqual([
      '/service/token?service=registry.docker.io&scope=repository:library/alpine:pull',
    ]);
  });

  it('refuses the catalogue, whatever token it gave for it', async () => {
    const { registry, tokens } = await registryWithTokens(kind);
    await expect(listed(client(registry).catalog())).rejects.toMatchObject({ code: 'registry-unauthorized' });
    expect(tokens.seen).toHaveLength(1);
  });

  it('that has had enough of us is not asked again and again, and says why', async () => {
    const { registry } = await registryWithTokens({
      ...kind,
      answer: (_request, response) => {
        response.writeHead(429, { 'RateLimit-Limit': '100;w=21600', 'RateLimit-Remaining': '0;w=21600' });
        response.end('{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}');
      },
    });
    await expect(client(registry).manifest('library/alpine', 'latest')).rejects.toMatchObject({
      code: 'registry-throttled',
      message: expect.stringContaining('You have reached your pull rate limit') as unknown,
    });
    expect(registry.seen).toHaveLength(1 + patience.attempts);
  });
});

describe('Harbor', () => {
  it('knows a robot by its name with a dollar sign', async () => {
    const { registry, tokens } = await registryWithTokens({
      service: 'harbor-registry',
      answer: (_request, response) => sendManifest(response),
      challengeMore: ', Basic realm="harbor"',
    });
    const credentials = { kind: 'basic', username: 'robot$team+watcher', password: 'p$1' } as const;
    await client(registry, { credentials }).manifest('team/api', '1');
    expect(tokens.seen.map(({ authorization }) => authorization)).toEqual([
      `Basic ${Buffer.from('robot$team+watcher:p$1').toString('base64')}`,
    ]);
  });
});

describe('GHCR', () => {
  it.each([404, 405, 501])('has no catalogue, by %i', async (status) => {
    const registry = await servers.start((_request, response) => response.writeHead(status).end('no such page'));
    await expect(listed(client(registry).catalog())).rejects.toMatchObject({
      name: 'UserError',
      code: 'registry-api-missing',
      message: `There is no list of repositories at ${registry.host}.`,
    });
  });

  it('sends whoever asks for referrers to a page for people, which is not looked at', async () => {
    const pages = await servers.start((_request, response) => response.end('<html>'));
    const registry = await servers.start((request, response) => {
      if (request.url?.includes('/referrers/') !== true) return void response.writeHead(404).end();
      response.writeHead(303, { Location: `http://localhost:${pages.host.split(':')[1] ?? ''}/-/v2/packages` }).end();
    });
    const place = { client: client(registry), repository: 'team/api' };
    expect(await digests(attachmentsOf(place, sha256('an image')))).toEqual([]);
    expect(pages.seen).toEqual([]);
    expect(registry.seen.some(({ url }) => url.includes('/manifests/sha256-'))).toBe(true);
  });

  it('is told of by the doctor as what it is', async () => {
    const registry = await servers.start(({ url }, response) => {
      response.writeHead(url === '/v2/' ? 200 : 404).end('404 page not found');
    });
    const { steps } = await checkRegistry({
      registry: registry.host,
      login: { kind: 'anonymous' },
      lastDelivery: 'none',
    });
    const advice = Object.fromEntries(steps.map(({ step, advice: text }) => [step, text]));
    expect(advice['list']).toContain('name the repositories');
    expect(advice['webhook']).toContain('/hooks/SOURCE/REGISTRY');
  });
});

it("what answers to the referrers tag with the image itself (GitLab's does) attaches nothing to it", async () => {
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [{ digest: sha256('a platform'), mediaType: mediaTypes.ociManifest, size: 2 }],
  });
  const subject = sha256(index);
  const registry = await servers.start((request, response) => {
    if (request.url !== `/v2/team/api/manifests/${subject.replace(':', '-')}`) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': mediaTypes.ociIndex }).end(index);
  });
  const place = { client: client(registry), repository: 'team/api' };
  expect(await digests(attachmentsOf(place, subject))).toEqual([]);
});

async function digests(attachments: AsyncIterable<{ readonly digest: string }>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const { digest } of attachments) all.push(digest);
  return all;
}

describe('what is no registry', () => {
  it.each([
    ['knows no registry API', 'authenticate', 404],
    ['answers everything with a page', 'list', 200],
  ])('and %s is told of as that by the doctor', async (_what, step, status) => {
    const server = await servers.start((_request, response) => response.writeHead(status).end('<html>'));
    const { steps } = await checkRegistry({ registry: server.host, login: { kind: 'anonymous' } });
    const failed = steps.find(({ outcome }) => outcome === 'failed');
    expect(failed).toMatchObject({
      step,
      advice: expect.stringContaining('Something else than a registry') as unknown,
    });
  });

  it('or speaks no TLS is told of, and how to allow that', async () => {
    const server = await servers.start((_request, response) => response.end());
    const { steps } = await checkRegistry({ registry: `https://${server.host}`, login: { kind: 'anonymous' } });
    expect(steps.find(({ step }) => step === 'tls')).toMatchObject({
      outcome: 'failed',
      saw: 'what answers there speaks no TLS',
      advice: expect.stringContaining('"allowInsecure"') as unknown,
    });
  });
});

describe('a token server at a host of its own', () => {
  it('is named, with what to do, by the doctor', async () => {
    const registry = await servers.start((_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer realm="http://localhost:1/jwt/auth",service="r"' }).end();
    });
    const { steps } = await checkRegistry({ registry: registry.host, login: { kind: 'anonymous' } });
    const step = steps.find((one) => one.step === 'authenticate');
    expect(step).toMatchObject({ outcome: 'failed', advice: expect.stringContaining('"allowedHosts"') as unknown });
  });
});
