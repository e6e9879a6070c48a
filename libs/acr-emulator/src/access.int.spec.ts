import { mediaTypes } from '@tidewaiter/contracts';
import { refreshTokenUser } from './access/accounts';
import type { AcrEmulator } from './emulator';
import { admin, basic, errorCode, fieldOf, Harness, RawClient } from './spec-support';

const harness = new Harness();
const reader = { username: 'reader', password: 'r', scopes: ['repository:team/*:pull'] };
const service = 'contoso.azurecr.io';
let emulator: AcrEmulator;
let owner: RawClient;

beforeAll(async () => {
  emulator = await harness.emulator({
    loginServer: service,
    users: [admin, reader],
    identities: [{ subject: 'workload', accessToken: 'entra.token.value', scopes: ['repository:team/api:pull'] }],
  });
  owner = new RawClient(emulator.url);
  await owner.pushImage('team/api', '1.0');
  await owner.pushImage('other/app', '1.0');
});

afterAll(() => harness.close());

function post(path: string, fields: Record<string, string>): Promise<Response> {
  return fetch(new URL(path, emulator.url), { method: 'POST', body: new URLSearchParams(fields) });
}

async function field(response: Response, name: string): Promise<string> {
  const value = fieldOf(await response.json(), name);
  return typeof value === 'string' ? value : '';
}

function claims(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

describe('challenges', () => {
  it('names realm, service and scope as ACR words them', async () => {
    const response = await fetch(`${emulator.url}/acr/v1/_catalog`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="${emulator.url}/oauth2/token",service="contoso.azurecr.io",scope="registry:catalog:*"`,
    );
    expect(await response.json()).toEqual({
      errors: [
        {
          code: 'UNAUTHORIZED',
          message: 'authentication required',
          detail: [{ Type: 'registry', Name: 'catalog', Action: '*' }],
        },
      ],
    });
  });

  it('names no scope at the version check', async () => {
    const response = await fetch(`${emulator.url}/v2/`);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="${emulator.url}/oauth2/token",service="contoso.azurecr.io"`,
    );
  });

  it('asks for pull and push before an upload', async () => {
    const response = await fetch(`${emulator.url}/v2/team/api/blobs/uploads/`, { method: 'POST' });
    expect(response.headers.get('www-authenticate')).toContain('scope="repository:team/api:pull,push"');
  });
});

describe('tokens', () => {
  it('come for user name and password, with a life of 75 minutes and the access that is held', async () => {
    const query = 'scope=repository:team/api:pull,push&scope=repository:other/app:pull';
    const response = await new RawClient(emulator.url, basic(reader)).send(
      'GET',
      `/oauth2/token?service=${service}&${query}`,
    );
    const token = claims(await field(response, 'access_token'));
    expect(token).toMatchObject({
      iss: 'Azure Container Registry',
      aud: service,
      grant_type: 'access_token',
      access: [{ type: 'repository', name: 'team/api', actions: ['pull'] }],
    });
    if (typeof token !== 'object' || token === null || !('exp' in token) || !('iat' in token))
      throw new Error('no times');
    expect(Number(token.exp) - Number(token.iat)).toBe(4500);
  });

  it('come for an Entra token by way of a refresh token', async () => {
    const exchanged = await post('/oauth2/exchange', {
      grant_type: 'access_token',
      service,
      access_token: 'entra.token.value',
    });
    const refresh = await field(exchanged, 'refresh_token');
    expect(claims(refresh)).toMatchObject({ grant_type: 'refresh_token', aud: service });
    const scope = 'repository:team/api:pull,metadata_read';
    const answered = await post('/oauth2/token', {
      grant_type: 'refresh_token',
      service,
      scope,
      refresh_token: refresh,
    });
    const access = await field(answered, 'access_token');
    const client = new RawClient(emulator.url, `Bearer ${access}`);
    expect((await client.send('GET', '/v2/team/api/manifests/1.0')).status).toBe(200);
    const insufficient = await client.send('GET', '/acr/v1/team%2Fapi/_tags');
    expect(insufficient.status).toBe(401);
    expect(insufficient.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    const asLogin = new RawClient(emulator.url, basic({ username: refreshTokenUser, password: refresh }));
    expect((await asLogin.send('GET', '/v2/team/api/manifests/1.0')).status).toBe(200);
  });

  it('are refused to whoever is not known', async () => {
    const wrong = [
      post('/oauth2/exchange', { grant_type: 'access_token', service, access_token: 'another' }),
      post('/oauth2/token', { grant_type: 'password', service, username: 'admin', password: 'wrong' }),
      post('/oauth2/token', { grant_type: 'password', service, refresh_token: '' }),
      post('/oauth2/token', { grant_type: 'refresh_token', service, refresh_token: 'a.b.c' }),
    ];
    for (const response of await Promise.all(wrong)) {
      expect([response.status, await errorCode(response)]).toEqual([401, 'UNAUTHORIZED']);
    }
  });

  it('are worth nothing when forged, changed, used as the other kind or at another registry', async () => {
    const other = await harness.emulator({ loginServer: 'fabrikam.azurecr.io' });
    const tokenOf = async (url: string, login: string) => {
      const path = `/oauth2/token?service=${login}&scope=repository:team/api:pull&offline_token=true`;
      return new RawClient(url).send('GET', path).then((response) => response.clone());
    };
    const good = await tokenOf(emulator.url, service);
    const access = await field(good.clone(), 'access_token');
    const refresh = await field(good, 'refresh_token');
    const [header = '', , signature = ''] = access.split('.');
    const payload = Buffer.from(JSON.stringify({ ...Object(claims(access)), sub: 'other' })).toString('base64url');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${access.split('.')[1] ?? ''}.`;
    const foreign = await field(await tokenOf(other.url, 'fabrikam.azurecr.io'), 'access_token');
    expect((await new RawClient(emulator.url, `Bearer ${access}`).send('GET', '/v2/')).status).toBe(200);
    for (const token of [`${header}.${payload}.${signature}`, unsigned, refresh, foreign, 'x']) {
      const response = await new RawClient(emulator.url, `Bearer ${token}`).send('GET', '/v2/');
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });

  it('end', async () => {
    const short = await harness.emulator({ loginServer: service, accessTokenSeconds: 0 });
    const path = `/oauth2/token?service=${service}&scope=registry:catalog:*`;
    const access = await field(await new RawClient(short.url).send('GET', path), 'access_token');
    expect((await new RawClient(short.url, `Bearer ${access}`).send('GET', '/v2/_catalog')).status).toBe(401);
  });
});

describe('user name and password on the API itself', () => {
  it('work, and a missing right is denied', async () => {
    const client = new RawClient(emulator.url, basic(reader));
    expect((await client.send('GET', '/v2/team/api/manifests/1.0')).status).toBe(200);
    const denied = await client.send('GET', '/v2/other/app/manifests/1.0');
    expect([denied.status, await errorCode(denied)]).toEqual([403, 'DENIED']);
    expect((await new RawClient(emulator.url, basic({ ...admin, password: '' })).send('GET', '/v2/')).status).toBe(401);
  });
});

describe('mounting', () => {
  it('does not reach into a repository the caller may not pull', async () => {
    const secret = await owner.pushBlob('other/app', 'secret layer');
    const query = `service=${service}&scope=repository:team/api:pull,push`;
    const access = await field(await owner.send('GET', `/oauth2/token?${query}`), 'access_token');
    const client = new RawClient(emulator.url, `Bearer ${access}`);
    const mount = `/v2/team/api/blobs/uploads/?mount=${secret.digest}&from=other/app`;
    expect((await client.send('POST', mount)).status).toBe(202);
    expect((await client.send('HEAD', `/v2/team/api/blobs/${secret.digest}`)).status).toBe(404);
  });
});

describe('anonymous pull', () => {
  it('reads everything and writes nothing', async () => {
    const open = await harness.emulator({ anonymousPull: true, loginServer: service });
    await new RawClient(open.url).pushImage('team/api', '1.0');
    const query = `service=${service}&scope=repository:team/api:pull,push&scope=registry:catalog:*`;
    const access = await field(await fetch(`${open.url}/oauth2/token?${query}`), 'access_token');
    const client = new RawClient(open.url, `Bearer ${access}`);
    expect((await client.send('GET', '/v2/team/api/manifests/1.0')).status).toBe(200);
    expect(await (await client.send('GET', '/v2/_catalog')).json()).toEqual({ repositories: ['team/api'] });
    const push = { headers: { 'Content-Type': mediaTypes.ociManifest }, body: '{}' };
    expect((await client.send('PUT', '/v2/team/api/manifests/1.0', push)).status).toBe(401);
  });
});
