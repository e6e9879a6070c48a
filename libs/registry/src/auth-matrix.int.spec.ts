import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import {
  signToken,
  startAcrEmulator,
  startEntraEmulator,
  type AcrEmulator,
  type EmulatorAccess,
  type EmulatorIdentity,
  type EntraEmulator,
} from '@tidewaiter/acr-emulator';
import type { AzurePlace, RegistryLogin } from '@tidewaiter/contracts';
import { createCertificate, describeWithTool, trustCertificate, type Certificate } from '@tidewaiter/testing';
import { createRegistryClient, type RegistryClient } from './client';
import { credentialsOf } from './entra-credential';
import { listed, pullImage, Pusher } from './spec-support';

const tenantId = '11111111-2222-3333-4444-555555555555';
const loginServer = 'contoso.azurecr.io';
const admin = { username: 'contoso', password: 'first-password', secondPassword: 'second-password' };
const secretApp = { clientId: 'app-with-secret', subject: 'object-of-secret-app', secrets: ['a-client-secret'] };
const workload = { clientId: 'app-of-workload', subject: 'object-of-workload' };
const cluster = { issuer: 'https://oidc.example/cluster', subject: 'system:serviceaccount:tidewaiter:worker' };
const systemAssigned = { subject: 'object-of-machine' };
const userAssigned = {
  subject: 'object-of-user-assigned',
  clientId: 'client-of-user-assigned',
  resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/watcher',
};

const puller: Pick<EmulatorIdentity, 'roles'> = { roles: [{ role: 'AcrPull' }] };
const subjects = [
  'object-of-certificate-app',
  'object-of-developer',
  ...[secretApp, workload, systemAssigned, userAssigned].map(({ subject }) => subject),
];

/** Every way to sign in, by Microsoft's own library against the emulator's Entra ID, over TLS. */
describeWithTool('openssl', 'signing in to a registry', () => {
  const clusterKeys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const injectedByAks = ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_FEDERATED_TOKEN_FILE'];
  let certificate: Certificate;
  let directory: string;
  let tokenFile: string;
  let entra: EntraEmulator;
  let emulator: AcrEmulator;
  let access: EmulatorAccess;

  beforeAll(async () => {
    certificate = createCertificate();
    trustCertificate(certificate);
    directory = await mkdtemp(join(tmpdir(), 'tidewaiter-login-'));
    tokenFile = join(directory, 'federated-token');
    await writeFile(tokenFile, federatedToken(cluster.subject));
    entra = await startEntraEmulator({
      tenantId,
      tls: certificate,
      applications: [
        secretApp,
        { clientId: 'app-with-certificate', subject: 'object-of-certificate-app', certificates: [certificate.cert] },
        { ...workload, federatedCredentials: [{ ...cluster, publicKey: clusterKeys.publicKey }] },
      ],
      managedIdentities: [systemAssigned, userAssigned],
    });
    access = {
      users: [admin],
      tokens: [
        {
          name: 'watcher',
          passwords: [{ value: 'token-password' }, { value: 'expired', expiry: '2020-01-01T00:00:00Z' }],
          scopeMap: { 'team/*': ['content/read', 'metadata/read'] },
        },
      ],
      identities: subjects.map((subject) => ({ subject, ...puller })),
      entra,
    };
    const options = { port: 0, loginServer, tls: certificate, dataEndpoint: true };
    emulator = await startAcrEmulator({ ...options, ...access, dataDir: join(directory, 'data') });
    const pusher = new Pusher(emulator.url, admin);
    for (const repository of ['team/api', 'other/app']) await pusher.image(repository, '1');
    process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = entra.metadataUrl;
  });

  afterEach(() => {
    emulator.setAccess(access);
    for (const name of injectedByAks) Reflect.deleteProperty(process.env, name);
  });

  afterAll(async () => {
    Reflect.deleteProperty(process.env, 'AZURE_POD_IDENTITY_AUTHORITY_HOST');
    await Promise.all([emulator.close(), entra.close()]);
    await rm(directory, { recursive: true, force: true });
  });

  function federatedToken(subject: string): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: cluster.issuer, sub: subject, aud: 'api://AzureADTokenExchange', exp: now + 3600, iat: now };
    return signToken(clusterKeys.privateKey, {}, claims);
  }

  function client(login: RegistryLogin, place: AzurePlace = {}): RegistryClient {
    const where = { registry: loginServer, authority: entra.authorityUrl, ...place };
    return createRegistryClient({ registry: emulator.url, credentials: credentialsOf(login, where), pageSize: 2 });
  }

  const byWorkload: RegistryLogin = { kind: 'workload-identity', tenantId, clientId: workload.clientId };
  const bySecret: RegistryLogin = {
    kind: 'client-secret',
    tenantId,
    clientId: secretApp.clientId,
    clientSecret: 'a-client-secret',
  };

  describe('reads an image and the list of repositories', () => {
    it.each<[string, () => RegistryLogin]>([
      ['a client secret', () => bySecret],
      [
        'a client certificate',
        () => ({
          kind: 'client-certificate',
          tenantId,
          clientId: 'app-with-certificate',
          certificate: `${certificate.key}${certificate.cert}`,
        }),
      ],
      ['workload identity', () => ({ ...byWorkload, tokenFile })],
      ['the system-assigned managed identity', () => ({ kind: 'managed-identity' })],
      ['a user-assigned one by client id', () => ({ kind: 'managed-identity', clientId: userAssigned.clientId })],
      ['a user-assigned one by resource id', () => ({ kind: 'managed-identity', resourceId: userAssigned.resourceId })],
      ['the admin user', () => ({ kind: 'basic', ...admin })],
      ["the admin user's other password", () => ({ kind: 'basic', ...admin, password: admin.secondPassword })],
    ])('with %s', async (_name, login) => {
      const registry = client(login());
      await pullImage(registry, 'team/api', '1');
      expect(await listed(registry.catalog())).toEqual(['other/app', 'team/api']);
    });

    it('with what AKS puts into the environment, by name and by the default chain', async () => {
      process.env['AZURE_CLIENT_ID'] = workload.clientId;
      process.env['AZURE_TENANT_ID'] = tenantId;
      process.env['AZURE_FEDERATED_TOKEN_FILE'] = tokenFile;
      await pullImage(client({ kind: 'workload-identity' }), 'team/api', '1');
      await pullImage(client({ kind: 'entra' }), 'team/api', '1');
    });

    it('with the login of the Azure CLI', async () => {
      const az = join(directory, 'az');
      const expiresOn = new Date(Date.now() + 3_600_000).toISOString();
      const accessToken = entra.tokenFor('object-of-developer', 'https://containerregistry.azure.net');
      await writeFile(az, `#!/bin/sh\necho '${JSON.stringify({ accessToken, expiresOn })}'\n`);
      await chmod(az, 0o755);
      await writeFile(join(directory, 'ca.pem'), certificate.cert);
      // The library asks the shell for "az", so this one is a process with a PATH of its own.
      const script = `
        import { createRegistryClient, credentialsOf } from '@tidewaiter/registry';
        const credentials = credentialsOf({ kind: 'azure-cli' }, { registry: '${loginServer}' });
        const { digest } = await createRegistryClient({ registry: '${emulator.url}', credentials }).head('team/api', '1');
        console.log(digest);`;
      const flags = ['--import', './tools/typescript/register.mjs', '--input-type=module', '--eval', script];
      const env = { PATH: `${directory}${delimiter}/usr/bin:/bin`, NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem') };
      const { stdout } = await promisify(execFile)(process.execPath, flags, { env });
      expect(stdout.trim()).toBe((await client(bySecret).head('team/api', '1')).digest);
    });

    it('without credentials where that is allowed', async () => {
      emulator.setAccess({ ...access, anonymousPull: true });
      await pullImage(client({ kind: 'anonymous' }), 'team/api', '1');
      emulator.setAccess(access);
      await expect(client({ kind: 'anonymous' }).ping()).rejects.toMatchObject({ code: 'registry-unauthorized' });
    });
  });

  it('a repository-scoped token reads its repositories, lists none, and ends with its password', async () => {
    const login = { kind: 'basic', username: 'watcher', password: 'token-password' } as const;
    const registry = client(login);
    await pullImage(registry, 'team/api', '1');
    const refused = { code: 'registry-unauthorized' };
    await expect(registry.head('other/app', '1')).rejects.toMatchObject(refused);
    await expect(listed(registry.catalog())).rejects.toMatchObject(refused);
    await expect(client({ ...login, password: 'expired' }).ping()).rejects.toMatchObject(refused);
    // The same credentials as Basic on the API itself, which the registry takes as well.
    const authorization = `Basic ${Buffer.from('watcher:token-password').toString('base64')}`;
    const direct = (path: string) => fetch(`${emulator.url}${path}`, { headers: { authorization } });
    expect((await direct('/v2/team/api/manifests/1')).status).toBe(200);
    expect((await direct('/v2/_catalog')).status).toBe(403);
  });

  describe('what Entra refuses is told in its own words', () => {
    it.each<[string, () => RegistryLogin, string]>([
      ['a wrong secret', () => ({ ...bySecret, clientSecret: 'wrong' }), 'AADSTS7000215'],
      ['an unknown application', () => ({ ...bySecret, clientId: 'unknown' }), 'AADSTS700016'],
      ['another tenant', () => ({ ...bySecret, tenantId: 'another' }), 'endpoints_resolution_error'],
      ['another service account', () => ({ ...byWorkload, tokenFile: `${tokenFile}-of-another` }), 'AADSTS700213'],
      ['a file that is not there', () => ({ ...byWorkload, tokenFile: '/nowhere/token' }), 'ENOENT'],
      ['an identity the machine has not', () => ({ kind: 'managed-identity', clientId: 'none' }), 'Identity not found'],
    ])('%s', async (_name, login, words) => {
      await writeFile(`${tokenFile}-of-another`, federatedToken('system:serviceaccount:default:other'));
      const ping = client(login()).ping();
      await expect(ping).rejects.toMatchObject({ name: 'OperationalError', code: 'entra-token-failed' });
      await expect(ping).rejects.toThrow(words);
    });
  });

  describe('the audience of a token', () => {
    const hardened = ['https://containerregistry.azure.net'];
    const old = ['https://management.azure.com'];

    it.each([
      ['a hardened registry', hardened],
      ['one that knows tokens for Azure Resource Manager only', old],
    ])('suits %s', async (_name, audiences) => {
      emulator.setAccess({ ...access, audiences });
      await pullImage(client(bySecret), 'team/api', '1');
    });

    it('is the next one when the tenant does not know the first, and only the configured one when there is one', async () => {
      // The emulator's tenant has no principal for the registries of another cloud.
      const china = client(bySecret, { cloud: 'china' });
      await expect(china.ping()).rejects.toMatchObject({ code: 'entra-audience-unknown' });
      await pullImage(client(bySecret, { cloud: 'china', audience: old[0] }), 'team/api', '1');
      emulator.setAccess({ ...access, audiences: hardened });
      await expect(client(bySecret, { audience: old[0] }).ping()).rejects.toMatchObject({
        code: 'registry-unauthorized',
      });
    });
  });

  describe('what changes while a client lives', () => {
    it('is noticed: a refresh token that ended, a role that was given, a role that was taken', async () => {
      const short = await startAcrEmulator({
        ...access,
        port: 0,
        loginServer,
        tls: certificate,
        dataDir: join(directory, 'short'),
        refreshTokenSeconds: 0,
        accessTokenSeconds: 0,
      });
      const credentials = credentialsOf(bySecret, { registry: loginServer, authority: entra.authorityUrl });
      const registry = createRegistryClient({ registry: short.url, credentials });
      // Every token is over when it arrives; each call gets new ones and ends in a refusal, not in a loop.
      await expect(registry.ping()).rejects.toMatchObject({ code: 'registry-unauthorized' });
      await short.close();

      const watcher = client(bySecret);
      await pullImage(watcher, 'team/api', '1');
      const without = (access.identities ?? []).filter(({ subject }) => subject !== secretApp.subject);
      const as = (roles: EmulatorIdentity['roles']) =>
        emulator.setAccess({
          ...access,
          roleAssignmentMode: 'rbac-abac',
          identities: [...without, { subject: secretApp.subject, roles: roles ?? [] }],
        });
      as([{ role: 'Container Registry Repository Reader', repositories: ['other/*'] }]);
      await pullImage(watcher, 'other/app', '1');
      // The access token for team/api is still good: ACR too keeps what it has granted until the token ends.
      await pullImage(watcher, 'team/api', '1');
      await expect(listed(watcher.catalog())).rejects.toMatchObject({ code: 'registry-unauthorized' });
      as([{ role: 'Container Registry Repository Catalog Lister' }]);
      expect(await listed(watcher.catalog())).toEqual(['other/app', 'team/api']);
    });

    it('is a failure when it is the password', async () => {
      const watcher = client({ kind: 'basic', ...admin });
      await pullImage(watcher, 'team/api', '1');
      emulator.setAccess({ ...access, users: [{ ...admin, password: 'rotated' }] });
      await expect(watcher.head('other/app', '1')).rejects.toMatchObject({ code: 'registry-unauthorized' });
      await pullImage(client({ kind: 'basic', ...admin, password: 'rotated' }), 'other/app', '1');
    });
  });

  it('a registry with conditions on repositories ignores AcrPull, opens what a condition names and lists by a role of its own', async () => {
    const reader = { role: 'Container Registry Repository Reader', repositories: ['team/*'] } as const;
    const as = (roles: EmulatorIdentity['roles']) => {
      const identities = [{ subject: secretApp.subject, roles: roles ?? [] }];
      emulator.setAccess({ ...access, roleAssignmentMode: 'rbac-abac', identities });
      return client(bySecret);
    };
    const refused = { code: 'registry-unauthorized' };
    const onlyPull = as([{ role: 'AcrPull' }, { role: 'Owner' }]);
    await expect(onlyPull.head('team/api', '1')).rejects.toMatchObject(refused);
    await expect(listed(onlyPull.catalog())).rejects.toMatchObject(refused);
    const conditional = as([reader]);
    await pullImage(conditional, 'team/api', '1');
    await expect(conditional.head('other/app', '1')).rejects.toMatchObject(refused);
    await expect(listed(conditional.catalog())).rejects.toMatchObject(refused);
    const lister = as([reader, { role: 'Container Registry Repository Catalog Lister' }]);
    expect(await listed(lister.catalog())).toEqual(['other/app', 'team/api']);
    await expect(lister.head('other/app', '1')).rejects.toMatchObject(refused);
  });
});
