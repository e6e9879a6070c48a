import { Controller, Get, Module, type Type } from '@nestjs/common';
import { silentLogger } from '@tidewaiter/kit';
import { createHttpApp, DatabaseModule, Public, RequireScope, Route, type HttpApp } from '@tidewaiter/server';
import { createMigratedDatabase, type TestDatabase } from '@tidewaiter/testing';
import { z } from 'zod';
import { AccountsModule } from './accounts.module';
import { CreatedApiKey } from './accounts.schema';
import { ApiKeys } from './api-keys';
import { newSecretKey } from './secret-key';

const Word = z.object({ word: z.string() });
const ok = { 200: Word };

@Controller('things')
class ThingsController {
  @Get('read')
  @Route({ summary: 'Read', tags: ['things'], responses: ok, scope: 'read' })
  read(): { word: string } {
    return { word: 'read' };
  }

  @Get('scan')
  @RequireScope('scan')
  scan(): { word: string } {
    return { word: 'scan' };
  }

  @Get('public')
  @Public()
  everybody(): { word: string } {
    return { word: 'public' };
  }
}

@Controller('forgotten')
class ForgottenController {
  @Get()
  get(): string {
    return 'secret';
  }
}

@Controller('misspelt')
class MisspeltController {
  @Get()
  @Route({ summary: 'A scope there is not', tags: ['things'], responses: ok, scope: 'raed' })
  get(): string {
    return 'secret';
  }
}

let testDatabase: TestDatabase;
let app: HttpApp;
let url: string;
let keys: ApiKeys;

beforeAll(async () => {
  testDatabase = await createMigratedDatabase();
  app = await createHttpApp(moduleWith(ThingsController), { logger: silentLogger, checkResponses: true });
  ({ url } = await app.listen({ host: '127.0.0.1', port: 0 }));
  keys = app.nest.get(ApiKeys);
});

afterAll(async () => {
  await app.close();
  await testDatabase.drop();
});

describe('a route with a scope', () => {
  it('answers 401 and how to authenticate, without a key and with one that is not known', async () => {
    for (const authorization of [undefined, '', 'Bearer ', 'Basic dTpw', `Bearer ${newSecretKey()}`, 'Bearer x y']) {
      const response = await get('/things/read', authorization === undefined ? {} : { authorization });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="tidewaiter"/);
      expect(response.headers.get('content-type')).toMatch('application/problem+json');
      expect(await response.json()).toMatchObject({ status: 401, code: 'unauthenticated' });
    }
  });

  it('answers 403 and which scope is needed, with a key that lacks it', async () => {
    const { secret } = await keys.createKey('reader', ['read']);
    const response = await get('/things/scan', bearer(secret));
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="scan"');
    expect(await response.json()).toMatchObject({ code: 'scope-missing' });
    expect((await get('/api/v1/api-keys', bearer(secret))).status).toBe(403);
  });

  it('takes a key that has the scope, in either header, and an admin key for everything', async () => {
    const { secret: scanner } = await keys.createKey('scanner', ['scan']);
    const { secret: admin } = await keys.createKey('admin', ['admin']);
    expect((await get('/things/scan', bearer(scanner))).status).toBe(200);
    expect((await get('/things/scan', { 'x-api-key': scanner })).status).toBe(200);
    expect((await get('/things/scan', { authorization: `bearer ${scanner}` })).status).toBe(200);
    for (const path of ['/things/read', '/things/scan', '/api/v1/api-keys']) {
      expect((await get(path, bearer(admin))).status).toBe(200);
    }
  });

  it('does not fall back to the second header when the first is wrong', async () => {
    const { secret } = await keys.createKey('reader', ['read']);
    const response = await get('/things/read', { authorization: 'Basic dTpw', 'x-api-key': secret });
    expect(response.status).toBe(401);
  });
});

describe('a public route', () => {
  it('needs no key', async () => {
    expect(await (await get('/things/public')).json()).toEqual({ word: 'public' });
  });
});

describe('a route that does not say who may call it', () => {
  it.each([ForgottenController, MisspeltController])('keeps the process from starting: %p', async (controller) => {
    const bad = await createHttpApp(moduleWith(controller), { logger: silentLogger });
    await expect(bad.listen({ host: '127.0.0.1', port: 0 })).rejects.toMatchObject({
      message: expect.stringContaining(`${controller.name}.get does not say who may call it`),
    });
    await bad.close();
  });
});

describe('/api/v1/api-keys', () => {
  it('makes a key that works, lists it without its secret, and revokes it', async () => {
    const admin = bearer((await keys.createKey('admin', ['admin'])).secret);
    const body = JSON.stringify({ name: 'pipeline', scopes: ['read'] });
    const headers = { ...admin, 'content-type': 'application/json' };
    const made = await fetch(`${url}/api/v1/api-keys`, { method: 'POST', headers, body });
    expect(made.status).toBe(201);
    const { id, secret } = CreatedApiKey.parse(await made.json());
    expect((await get('/things/read', bearer(secret))).status).toBe(200);
    const listed = await (await get('/api/v1/api-keys', admin)).text();
    expect(listed).toContain(id);
    expect(listed).not.toContain(secret.slice(0, 12));
    const revoke = (key: string): Promise<Response> =>
      fetch(`${url}/api/v1/api-keys/${key}`, { method: 'DELETE', headers: admin });
    expect((await revoke(id)).status).toBe(204);
    expect((await get('/things/read', bearer(secret))).status).toBe(401);
    expect((await revoke('00000000-0000-4000-8000-000000000000')).status).toBe(404);
    expect((await revoke('not-an-id')).status).toBe(400);
  });

  it.each([{}, { name: '', scopes: ['read'] }, { name: 'x', scopes: [] }, { name: 'x', scopes: ['root'] }])(
    'refuses %j',
    async (body) => {
      const { secret } = await keys.createKey('admin', ['admin']);
      const response = await fetch(`${url}/api/v1/api-keys`, {
        method: 'POST',
        headers: { ...bearer(secret), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.status).toBe(400);
    },
  );
});

function moduleWith(controller: Type): Type {
  @Module({
    imports: [DatabaseModule.forRoot({ url: testDatabase.url, applicationName: 'accounts spec' }), AccountsModule],
    controllers: [controller],
  })
  class TestModule {}
  return TestModule;
}

function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${url}${path}`, { headers });
}

function bearer(secret: string): { authorization: string } {
  return { authorization: `Bearer ${secret}` };
}
