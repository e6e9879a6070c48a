import { createServer, type Server } from 'node:http';
import { OperationalError } from '@tidewaiter/kit';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose';
import { containing, hookCall, hookTarget } from '../../spec-support';
import { createTokenCheck } from './entra-token';
import { eventGridSource } from './event-grid';

const tenantId = '11111111-1111-4111-8111-111111111111';
const audience = '22222222-2222-4222-8222-222222222222';
const appid = '4962773b-9cdb-44cf-a8bf-237846a00ab7';
const issuer = `https://sts.windows.net/${tenantId}/`;

/** A tenant's keys behind an address, as Entra publishes them. */
let server: Server;
let jwksUrl: string;
let ours: CryptoKey;
let strangers: CryptoKey;
let status = 200;

beforeAll(async () => {
  const [pair, other] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  ours = pair.privateKey;
  strangers = other.privateKey;
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'key-1', use: 'sig' }] });
  server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(keys);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  jwksUrl = `http://127.0.0.1:${address.port}/keys`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function sign(claims: JWTPayload, { key = ours, expires = '5m' }: { key?: CryptoKey; expires?: string } = {}) {
  return new SignJWT({ iss: issuer, aud: audience, appid, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key);
}

describe('a token of Microsoft Entra', () => {
  it.each([
    ["of version 1 with Event Grid's id", {}],
    [
      "of version 2 with Event Grid's id",
      { iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, appid: undefined, azp: appid },
    ],
    ['with the role of a sender', { appid: 'another', roles: ['AzureEventGridSecureWebhookSubscriber'] }],
  ])('%s is accepted', async (_name, claims) => {
    const check = createTokenCheck({ tenantId, audience, jwksUrl });
    expect(await check(await sign(claims))).toBeUndefined();
  });

  it.each([
    ['for another audience', () => sign({ aud: 'another' }), '"aud"'],
    ['of another tenant', () => sign({ iss: 'https://sts.windows.net/other/' }), '"iss"'],
    ['of another application', () => sign({ appid: 'another' }), 'neither'],
    ['that has expired', () => sign({}, { expires: '-5m' }), '"exp"'],
    ['signed by a stranger', () => sign({}, { key: strangers }), 'signature'],
    ['without a signature', () => Promise.resolve(unsigned()), 'alg'],
    ['that is none', () => Promise.resolve('a.b.c'), 'invalid'],
  ])('%s is refused', async (_name, token, reason) => {
    const check = createTokenCheck({ tenantId, audience, jwksUrl });
    expect(await check(await token())).toEqual({ code: 'webhook-token-wrong', message: containing(reason) });
  });

  it('is not refused for good while the keys cannot be had', async () => {
    status = 503;
    const check = createTokenCheck({ tenantId, audience, jwksUrl });
    await expect(check(await sign({}))).rejects.toThrow(OperationalError);
    status = 200;
  });

  it('stands beside the shared secret', async () => {
    const target = hookTarget({ checkToken: createTokenCheck({ tenantId, audience, jwksUrl }) });
    const authenticate = (token: string) =>
      eventGridSource.authenticate(hookCall({ headers: { authorization: `Bearer ${token}` } }), target);
    expect(await authenticate(await sign({}))).toBeUndefined();
    expect(await authenticate('a-secret-of-this-spec')).toBeUndefined();
    expect(await authenticate('another')).toMatchObject({ code: 'webhook-secret-wrong' });
    expect(await authenticate(await sign({ aud: 'x' }))).toMatchObject({ code: 'webhook-token-wrong' });
  });
});

function unsigned(): string {
  return new UnsecuredJWT({ iss: issuer, aud: audience, appid }).setExpirationTime('5m').encode();
}
