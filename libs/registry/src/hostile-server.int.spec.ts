import type { ServerResponse } from 'node:http';
import { mediaTypes } from '@tidewaiter/contracts';
import { createRegistryClient, type RegistryClientOptions } from './client';
import { collect, containing, listed, sha256, StandIns } from './spec-support';

const servers = new StandIns();
const patience = { attempts: 3, firstDelayMs: 5, maxDelayMs: 50, headersTimeoutMs: 400, idleTimeoutMs: 200 };
const manifest = JSON.stringify({ schemaVersion: 2 });

afterAll(() => servers.close());

function client(registry: string, more: Partial<RegistryClientOptions> = {}) {
  return createRegistryClient({ registry, ...patience, ...more });
}

function sendManifest(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'Content-Type': mediaTypes.ociManifest, ...headers }).end(manifest);
}

describe('a registry that redirects', () => {
  it('to another host is not followed there, and nothing reaches that host', async () => {
    const elsewhere = await servers.start((_request, response) => response.end('secret'));
    const port = elsewhere.host.split(':')[1] ?? '';
    const registry = await servers.start((_request, response) => {
      response.writeHead(307, { Location: `http://localhost:${port}/x` }).end();
    });
    const blob = client(registry.host).blob('a', { digest: sha256('x'), size: 1 });
    await expect(collect(blob)).rejects.toMatchObject({ name: 'UserError', code: 'host-not-allowed' });
    expect(elsewhere.seen).toEqual([]);
    const allowed = client(registry.host, { allowedHosts: [`localhost:${port}`] });
    expect(await collect(allowed.blob('a', { digest: sha256('secret'), size: 6 }))).toBe('secret');
  });

  it('to its storage is followed without our credentials', async () => {
    const storage = await servers.start((request, response) => {
      if (request.headers.authorization !== undefined) response.writeHead(400).end('<Error/>');
      else response.end('layer');
    });
    const registry = await servers.start((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="r"' }).end();
      } else response.writeHead(307, { Location: `http://${storage.host}/signed` }).end();
    });
    const credentials = { kind: 'basic', username: 'u', password: 'p' } as const;
    const blob = client(registry.host, { credentials }).blob('a', { digest: sha256('layer'), size: 5 });
    expect(await collect(blob)).toBe('layer');
    expect(storage.seen.map((seen) => seen.authorization)).toEqual([undefined]);
  });

  it('for ever is left', async () => {
    const registry = await servers.start((_request, response) => response.writeHead(307, { Location: '/again' }).end());
    await expect(client(registry.host).manifest('a', 'b')).rejects.toMatchObject({ code: 'registry-redirect-invalid' });
    expect(registry.seen.length).toBeLessThan(6);
  });

  it('to storage whose link has expired is asked for a new one', async () => {
    let links = 0;
    const storage = await servers.start((request, response) => {
      if (request.url === '/link1') response.writeHead(403).end('<Code>AuthenticationFailed</Code>');
      else response.end('layer');
    });
    const registry = await servers.start((_request, response) => {
      links += 1;
      response.writeHead(307, { Location: `http://${storage.host}/link${links}` }).end();
    });
    expect(await collect(client(registry.host).blob('a', { digest: sha256('layer'), size: 5 }))).toBe('layer');
    expect(links).toBe(2);
  });
});

describe('a registry that sends wrong documents', () => {
  it('without end is cut off within the limit', async () => {
    const registry = await servers.start((_request, response) => {
      response.writeHead(200, { 'Content-Type': mediaTypes.ociManifest });
      const more = (): void => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await expect(client(registry.host).manifest('a', 'b')).rejects.toMatchObject({
      code: 'registry-document-too-large',
    });
    expect(registry.seen).toHaveLength(1);
  });

  it('with another digest than it states, or than was asked for, is not believed', async () => {
    const lying = await servers.start((_request, response) =>
      sendManifest(response, { 'Docker-Content-Digest': sha256('another') }),
    );
    const swapping = await servers.start((_request, response) => sendManifest(response));
    const wrong = { name: 'OperationalError', code: 'manifest-digest-mismatch' };
    await expect(client(lying.host).manifest('a', 'b')).rejects.toMatchObject(wrong);
    await expect(client(swapping.host).manifest('a', sha256('another'))).rejects.toMatchObject(wrong);
    expect(await client(swapping.host).manifest('a', sha256(manifest))).toMatchObject({ digest: sha256(manifest) });
  });

  it('of no stated kind is not guessed at', async () => {
    const registry = await servers.start((_request, response) => response.end(manifest));
    await expect(client(registry.host).manifest('a', 'b')).rejects.toMatchObject({ code: 'manifest-type-missing' });
  });

  it('instead of lists is named', async () => {
    const registry = await servers.start((_request, response) => response.end('{"tags":"many"}'));
    await expect(listed(client(registry.host).tags('a'))).rejects.toMatchObject({ code: 'registry-document-invalid' });
  });
});

describe('a registry that breaks off', () => {
  const layer = 'abcdefghij'.repeat(1_000);
  const descriptor = { digest: sha256(layer), size: layer.length };

  function sendBroken(response: ServerResponse, from: number, to: number, length: number): void {
    response.writeHead(from === 0 ? 200 : 206, {
      'Content-Length': String(length),
      ...(from === 0 ? {} : { 'Content-Range': `bytes ${from}-${layer.length - 1}/${layer.length}` }),
    });
    response.write(layer.slice(from, to), () => setTimeout(() => response.destroy(), 20));
  }

  it('in a blob is asked for the rest, and for nothing twice', async () => {
    const registry = await servers.start((_request, response, { range }) => {
      const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
      if (from < 9_000) sendBroken(response, from, from + 3_000, layer.length - from);
      else response.writeHead(206, { 'Content-Range': `bytes ${from}-9999/10000` }).end(layer.slice(from));
    });
    expect(await collect(client(registry.host).blob('a', descriptor))).toBe(layer);
    expect(registry.seen.map((seen) => seen.range)).toEqual([undefined, 'bytes=3000-', 'bytes=6000-', 'bytes=9000-']);
  });

  it('and knows no ranges still gives the whole', async () => {
    let tries = 0;
    const registry = await servers.start((_request, response) => {
      tries += 1;
      if (tries === 1) sendBroken(response, 0, 4_321, layer.length);
      else response.end(layer);
    });
    expect(await collect(client(registry.host).blob('a', descriptor))).toBe(layer);
  });

  it('always at the same place ends in an error', async () => {
    const registry = await servers.start((_request, response, { range }) => {
      if (range === undefined) sendBroken(response, 0, 3_000, layer.length);
      else sendBroken(response, 3_000, 3_000, layer.length - 3_000);
    });
    await expect(collect(client(registry.host).blob('a', descriptor))).rejects.toMatchObject({
      code: 'registry-broken-off',
    });
    expect(registry.seen.length).toBeLessThan(6);
  });

  it('by a blob that is too short or too long is told apart from a good one', async () => {
    const short = await servers.start((_request, response, { range }) => {
      response.writeHead(range === undefined ? 200 : 416).end(range === undefined ? 'abc' : '');
    });
    await expect(collect(client(short.host).blob('a', descriptor))).rejects.toMatchObject({ name: 'OperationalError' });
    const long = await servers.start((_request, response) => response.end(`${layer}!`));
    await expect(collect(client(long.host).blob('a', descriptor))).rejects.toMatchObject({ code: 'blob-too-long' });
  });

  it('or answers with another range than asked for is not believed', async () => {
    const registry = await servers.start((_request, response, { range }) => {
      if (range === undefined) sendBroken(response, 0, 3_000, layer.length);
      else response.writeHead(206, { 'Content-Range': 'bytes 0-6999/10000' }).end(layer.slice(0, 7_000));
    });
    await expect(collect(client(registry.host).blob('a', descriptor))).rejects.toMatchObject({
      code: 'registry-range-invalid',
    });
  });

  it('in a manifest is asked again', async () => {
    let tries = 0;
    const registry = await servers.start((_request, response) => {
      tries += 1;
      if (tries > 1) sendManifest(response);
      else {
        response.writeHead(200, { 'Content-Type': mediaTypes.ociManifest, 'Content-Length': '1000' });
        response.write(manifest, () => setTimeout(() => response.destroy(), 20));
      }
    });
    expect(await client(registry.host).manifest('a', 'b')).toMatchObject({ digest: sha256(manifest) });
  });

  it('by silence is not waited for', async () => {
    const mute = await servers.start(() => undefined);
    await expect(client(mute.host, { attempts: 1 }).ping()).rejects.toMatchObject({ code: 'registry-unreachable' });
    const stalling = await servers.start((_request, response) => {
      response.writeHead(200, { 'Content-Length': '10' }).write('abc');
    });
    const blob = client(stalling.host, { attempts: 1 }).blob('a', { digest: sha256('x'), size: 10 });
    await expect(collect(blob)).rejects.toMatchObject({ code: 'registry-broken-off' });
  });
});

describe('a registry that is busy', () => {
  it('for a moment is asked again after that moment', async () => {
    let tries = 0;
    const registry = await servers.start((_request, response) => {
      tries += 1;
      if (tries < 3) response.writeHead(tries === 1 ? 503 : 429, { 'Retry-After': '0' }).end();
      else sendManifest(response);
    });
    expect(await client(registry.host).manifest('a', 'b')).toMatchObject({ digest: sha256(manifest) });
  });

  it('for longer is left in peace, and the error says for how long', async () => {
    const registry = await servers.start((_request, response) => {
      const body = JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message: 'slow\n down' }] });
      response.writeHead(429, { 'Retry-After': '42' }).end(body);
    });
    await expect(client(registry.host).manifest('a', 'b')).rejects.toMatchObject({
      name: 'OperationalError',
      code: 'registry-throttled',
      retryAfterSeconds: 42,
      message: containing('TOOMANYREQUESTS: slow down'),
    });
    expect(registry.seen).toHaveLength(1);
  });

  it.each([
    [{ 'Retry-After': '7', 'RateLimit-Limit': '100;w=21600' }, 7],
    [{ 'RateLimit-Limit': '100;w=21600', 'RateLimit-Remaining': '0;w=21600' }, 216],
    [{ 'RateLimit-Limit': '1;w=86400' }, 900],
    [{ 'RateLimit-Limit': '0;w=21600' }, undefined],
    [{ 'RateLimit-Limit': 'many' }, undefined],
    [{}, undefined],
  ] as const)('says with %j when it is ready again: in %s seconds', async (headers, seconds) => {
    const registry = await servers.start((_request, response) => response.writeHead(429, headers).end());
    const pauses: (number | undefined)[] = [];
    const gate = {
      pass: () => Promise.resolve(),
      refused: (_operation: string, retryAfterSeconds: number | undefined) => {
        pauses.push(retryAfterSeconds);
        return Promise.resolve();
      },
    };
    const asked = client(registry.host, { attempts: 1 }).behind(gate).manifest('a', 'b');
    await expect(asked).rejects.toMatchObject({ code: 'registry-throttled' });
    expect(pauses).toEqual([seconds]);
  });

  it('or down for all attempts is given up', async () => {
    const registry = await servers.start((_request, response) => response.writeHead(502).end('<html>'));
    await expect(client(registry.host).ping()).rejects.toMatchObject({ code: 'registry-unavailable' });
    expect(registry.seen).toHaveLength(3);
    await expect(client('127.0.0.1:1').ping()).rejects.toMatchObject({ code: 'registry-unreachable' });
  });

  it('is not asked at all once the caller has stopped', async () => {
    const registry = await servers.start(() => undefined);
    const stop = new AbortController();
    const asking = client(registry.host, { signal: stop.signal, headersTimeoutMs: 60_000 }).ping();
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(asking).rejects.toThrow('enough');
    expect(registry.seen).toHaveLength(1);
  });
});

describe('a registry that hands out tokens', () => {
  const credentials = { kind: 'basic', username: 'u', password: 'p' } as const;

  function challenge(host: string): Record<string, string> {
    return {
      'WWW-Authenticate': `Bearer realm="http://${host}/token",service="s",scope="repository:a:pull,push,delete"`,
    };
  }

  it('with less in them than was asked for is asked for another one once', async () => {
    const registry = await servers.start((request, response) => {
      if (request.url?.startsWith('/token') === true) response.end('{"token":"weak"}');
      else response.writeHead(401, challenge(request.headers.host ?? '')).end();
    });
    await expect(client(registry.host, { credentials }).manifest('a', 'b')).rejects.toMatchObject({
      name: 'UserError',
      code: 'registry-unauthorized',
    });
    expect(registry.seen.map((seen) => seen.url.split('?')[0])).toEqual([
      '/v2/a/manifests/b',
      '/token',
      '/v2/a/manifests/b',
    ]);
  });

  it('is asked for what the call needs, not for what the registry suggests, and once for many calls', async () => {
    const registry = await servers.start((request, response) => {
      if (request.url?.startsWith('/token') === true) response.end('{"token":"good","expires_in":300}');
      else if (request.headers.authorization === 'Bearer good') sendManifest(response);
      else response.writeHead(401, challenge(request.headers.host ?? '')).end();
    });
    const signedIn = client(registry.host, { credentials });
    await Promise.all([signedIn.manifest('a', 'b'), signedIn.manifest('a', 'c'), signedIn.manifest('a', 'd')]);
    await signedIn.manifest('a', 'e');
    const asked = registry.seen.filter((seen) => seen.url.startsWith('/token'));
    expect(asked.map((seen) => new URLSearchParams(seen.url.split('?')[1]).get('scope'))).toEqual([
      'repository:a:pull',
    ]);
  });

  it('that stop working is asked for a new one', async () => {
    let current = 0;
    const registry = await servers.start((request, response) => {
      if (request.url?.startsWith('/token') === true) response.end(`{"token":"t${(current += 1)}","expires_in":300}`);
      else if (request.headers.authorization === `Bearer t${current}`) sendManifest(response);
      else response.writeHead(401, challenge(request.headers.host ?? '')).end();
    });
    const signedIn = client(registry.host, { credentials });
    await signedIn.manifest('a', 'b');
    current += 1;
    await signedIn.manifest('a', 'b');
    expect(current).toBe(3);
  });

  it('at another host does not get our password', async () => {
    const thief = await servers.start((_request, response) => response.end('{"token":"x"}'));
    const port = thief.host.split(':')[1] ?? '';
    const registry = await servers.start((_request, response) => {
      response.writeHead(401, challenge(`localhost:${port}`)).end();
    });
    await expect(client(registry.host, { credentials }).ping()).rejects.toMatchObject({ code: 'host-not-allowed' });
    expect(thief.seen).toEqual([]);
  });

  it('and echoes a secret back does not get it into the error', async () => {
    const registry = await servers.start((request, response) => {
      if (request.url?.startsWith('/token') === true) response.end('{"access_token": s3cret');
      else response.writeHead(401, challenge(request.headers.host ?? '')).end();
    });
    const failure: unknown = await client(registry.host, { credentials })
      .ping()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'registry-token-invalid' });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('s3cret');
  });
});

describe('a registry that pages', () => {
  it('in a circle is left', async () => {
    const registry = await servers.start((request, response) => {
      const next = request.url?.includes('last=a') === true ? 'b' : 'a';
      response.writeHead(200, { Link: `</v2/x/tags/list?last=${next}>; rel="next"` }).end('{"tags":["t"]}');
    });
    await expect(listed(client(registry.host).tags('x'))).rejects.toMatchObject({ code: 'registry-paging-invalid' });
    expect(registry.seen.length).toBeLessThan(5);
  });

  it('to another host is not followed', async () => {
    const elsewhere = await servers.start((_request, response) => response.end('{"tags":[]}'));
    const registry = await servers.start((_request, response) => {
      const address = `http://localhost:${elsewhere.host.split(':')[1] ?? ''}/v2/x/tags/list`;
      response.writeHead(200, { Link: `<${address}>; rel="next"` }).end('{"tags":["t"]}');
    });
    await expect(listed(client(registry.host).tags('x'))).rejects.toMatchObject({ code: 'registry-paging-invalid' });
    expect(elsewhere.seen).toEqual([]);
  });

  it('with another scheme or port than it is reached by is asked where it was asked before', async () => {
    const links: Readonly<Record<string, string>> = {
      '/v2/x/tags/list?n=100': '<https://127.0.0.1/v2/x/tags/list?last=a%2Fb&n=1>; rel="next"',
      '/v2/x/tags/list?last=a%2Fb&n=1': '</v2/x/tags/list?last=c>; rel=next',
    };
    const registry = await servers.start(({ url = '' }, response) => {
      const link = links[url];
      response.writeHead(200, link === undefined ? {} : { Link: link }).end(JSON.stringify({ tags: [url.slice(-1)] }));
    });
    expect(await listed(client(registry.host).tags('x'))).toEqual(['0', '1', 'c']);
  });
});

describe('a registry that refuses', () => {
  it.each([
    [401, '', 'UserError', 'registry-unauthorized'],
    [403, '{"errors":[{"code":"DENIED"}]}', 'UserError', 'registry-denied'],
    [404, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}', 'UserError', 'manifest-unknown'],
    [404, '{"errors":[{"code":"NAME_UNKNOWN"}]}', 'UserError', 'repository-unknown'],
    [404, '<html>', 'UserError', 'manifest-unknown'],
    [400, '{"errors":[]}', 'OperationalError', 'registry-refused'],
    [501, '', 'OperationalError', 'registry-unavailable'],
  ])('with %i %s ends in %s %s', async (status, body, name, code) => {
    const registry = await servers.start((_request, response) => response.writeHead(status).end(body));
    await expect(client(registry.host).manifest('a', 'b')).rejects.toMatchObject({ name, code });
  });
});
