import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { Body, Controller, Get, Module, Param, Post, Res } from '@nestjs/common';
import { OperationalError, UnexpectedError, UserError, type LogFields, type Logger } from '@tidewaiter/kit';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Route } from '../openapi/route';
import { createHttpApp, type HttpApp } from './create-http-app';
import type { ReadinessChecks } from './health';

const Wish = z.strictObject({ count: z.int().min(1), name: z.string() });

const throwers: Readonly<Record<string, () => never>> = {
  user: () => {
    throw new UserError('image-not-found', 'There is no image sha256:0.');
  },
  operational: () => {
    throw new OperationalError('registry-busy', 'The registry is busy.', { retryAfterSeconds: 17 });
  },
  unexpected: () => {
    throw new UnexpectedError('broken', 'secret internals at /srv/app.ts');
  },
  typeError: () => {
    throw new TypeError('cannot read properties of undefined (reading hunter2)');
  },
};

@Controller('test')
class TestController {
  @Get('throw/:kind')
  fail(@Param('kind') kind: string): never {
    const thrower = throwers[kind];
    if (thrower === undefined) throw new Error('no such thrower');
    return thrower();
  }

  @Post('wishes')
  @Route({ summary: 'Wish', tags: ['test'], body: Wish, responses: { 201: Wish }, scope: null })
  wish(@Body() wish: z.infer<typeof Wish>): z.infer<typeof Wish> {
    return wish;
  }

  @Get('wishes/:id')
  @Route({
    ...{ summary: 'Look', tags: ['test'], responses: { 200: z.string() }, scope: null },
    params: z.object({ id: z.string() }),
    query: z.object({ of: z.string() }),
  })
  look(): string {
    return 'there';
  }

  @Get('slow')
  async slow(): Promise<{ done: boolean }> {
    await new Promise((resolve) => setTimeout(resolve, 400));
    return { done: true };
  }

  @Get('stream')
  stream(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write(': hello\n\n');
  }
}

@Module({ controllers: [TestController] })
class TestModule {}

interface Entry {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

describe('an HTTP app', () => {
  let app: HttpApp;
  let url: string;
  let log: Entry[];
  let checks: ReadinessChecks;

  beforeEach(async () => {
    log = [];
    checks = {};
    app = await createHttpApp(TestModule, {
      logger: recorder(log),
      bodyLimitBytes: 1_000,
      checks: () => ({ database: () => checks['database']?.() ?? Promise.resolve() }),
    });
    ({ url } = await app.listen({ host: '127.0.0.1', port: 0 }));
  });

  afterEach(() => app.close());

  async function problem(
    path: string,
    init?: RequestInit,
  ): Promise<{ response: Response; body: Record<string, unknown> }> {
    const response = await fetch(`${url}${path}`, init);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const body = z.record(z.string(), z.unknown()).parse(await response.json());
    expect(body).toMatchObject({ status: response.status, type: `urn:tidewaiter:problem:${String(body['code'])}` });
    expect(body['requestId']).toBe(response.headers.get('x-request-id'));
    return { response, body };
  }

  it("answers a caller's mistake with its code and message", async () => {
    const { response, body } = await problem('/test/throw/user');
    expect(response.status).toBe(404);
    expect(body).toMatchObject({
      code: 'image-not-found',
      title: 'Image not found',
      detail: 'There is no image sha256:0.',
    });
  });

  it("answers another system's trouble with 503 and when to come back", async () => {
    const { response, body } = await problem('/test/throw/operational');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('17');
    expect(body['code']).toBe('registry-busy');
  });

  it.each(['unexpected', 'typeError', 'other'])(
    'says nothing of the inside of a bug (%s), and logs it',
    async (kind) => {
      const { response, body } = await problem(`/test/throw/${kind}`);
      expect(response.status).toBe(500);
      expect(JSON.stringify(body)).not.toMatch(/hunter2|srv|stack|\.ts|no such thrower/);
      const logged = log.find(({ message }) => message === 'request broke');
      expect(logged?.fields['requestId']).toBe(body['requestId']);
      expect(logged?.fields['error']).toBeInstanceOf(Error);
    },
  );

  it('answers an unknown address, a broken body, a body of another kind and one too large', async () => {
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    expect((await problem('/nowhere')).body).toMatchObject({ status: 404, code: 'route-not-found' });
    expect((await problem('/test/wishes/%E0%A4%A')).body).toMatchObject({ status: 400, code: 'address-invalid' });
    expect((await problem('/test/wishes', { ...post, body: '{' })).body).toMatchObject({ status: 400 });
    const large = JSON.stringify({ count: 1, name: 'x'.repeat(2_000) });
    expect((await problem('/test/wishes', { ...post, body: large })).body).toMatchObject({
      status: 413,
      code: 'body-too-large',
    });
    const xml = { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' };
    expect((await problem('/test/wishes', xml)).body).toMatchObject({ status: 415, code: 'media-type-unsupported' });
  });

  it('lists every issue of a request that does not fit', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"count":0,"extra":1}' };
    const { body } = await problem('/test/wishes', init);
    expect(body).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(body['issues']).toHaveLength(3);
  });

  it('names what has a character that no text of the database may have', async () => {
    const headers = { 'content-type': 'application/json' };
    const wish = await problem('/test/wishes', { method: 'POST', headers, body: '{"count":1,"name":"a\\u0000b"}' });
    const message = 'must not contain the character U+0000';
    expect(wish.body).toMatchObject({ status: 400, issues: [{ in: 'body', name: 'name', message }] });
    const { body } = await problem('/test/wishes/a%00b?of=%00');
    const issues = [expect.objectContaining({ in: 'path', name: 'id', message }), { in: 'query', name: 'of', message }];
    expect(body).toMatchObject({ status: 400, issues });
  });

  it("keeps the caller's request id when it is one, and makes one otherwise", async () => {
    const kept = await fetch(`${url}/healthz`, { headers: { 'x-request-id': 'abc-123' } });
    expect(kept.headers.get('x-request-id')).toBe('abc-123');
    const made = await fetch(`${url}/healthz`, { headers: { 'x-request-id': 'a b"c' } });
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is alive whatever its database says, and ready only when that answers', async () => {
    expect(await statusAndBody('/readyz')).toEqual([200, { status: 'ready', checks: { database: 'ok' } }]);
    checks = { database: () => Promise.reject(new Error('password of db.internal is wrong')) };
    expect(await statusAndBody('/readyz')).toEqual([
      503,
      { status: 'not ready', checks: { database: 'does not answer' } },
    ]);
    checks = { database: () => Promise.reject(new OperationalError('database-down', 'The database is down.')) };
    expect(await statusAndBody('/readyz')).toEqual([
      503,
      { status: 'not ready', checks: { database: 'The database is down.' } },
    ]);
    checks = { database: () => new Promise(() => undefined) };
    expect(await statusAndBody('/readyz')).toEqual([
      503,
      { status: 'not ready', checks: { database: 'no answer within 3 seconds' } },
    ]);
    expect(await statusAndBody('/healthz')).toEqual([200, { status: 'alive' }]);
  });

  it('lets a running request finish when it stops', async () => {
    const running = fetch(`${url}/test/slow`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closing = app.close();
    expect(await (await running).json()).toEqual({ done: true });
    await closing;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('stops within 5 seconds with a stream open', async () => {
    const request = httpRequest(`${url}/test/stream`).end();
    const [response] = z.tuple([z.custom<NodeJS.ReadableStream>()]).parse(await once(request, 'response'));
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    response.resume();
    const startedAt = Date.now();
    await app.close();
    expect(Date.now() - startedAt).toBeLessThan(4_000);
  });

  it('says which address it cannot have', async () => {
    const second = await createHttpApp(TestModule, { logger: recorder([]) });
    const port = Number(new URL(url).port);
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'address-unusable',
      message: `Cannot listen on 127.0.0.1:${port}: something else listens there. Choose another host or port.`,
    });
    await second.close();
  });

  it('logs a request without its query', async () => {
    await fetch(`${url}/test/throw/user?key=hunter2`);
    const entry = log.find(({ message }) => message === 'request finished');
    expect(entry?.fields).toMatchObject({ method: 'GET', path: '/test/throw/user', status: 404 });
    expect(JSON.stringify(log)).not.toContain('hunter2');
  });

  async function statusAndBody(path: string): Promise<[number, unknown]> {
    const response = await fetch(`${url}${path}`);
    return [response.status, await response.json()];
  }
});

function recorder(log: Entry[]): Logger {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void log.push({ level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
