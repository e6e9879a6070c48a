import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '@tidewaiter/kit';
import { readConfig } from './read-config';
import { defineSlice, optional, required, type Environment } from './slice';
import { advisoriesConfig } from './slices/advisories';
import { apiConfig } from './slices/api';
import { databaseConfig } from './slices/database';
import { dataDirConfig } from './slices/data-dir';
import { httpConfig } from './slices/http';
import { knownBasesConfig } from './slices/known-bases';
import { logConfig } from './slices/log';
import { networkConfig } from './slices/network';
import { publicUrlConfig } from './slices/public-url';
import { redisConfig } from './slices/redis';
import { registriesConfig } from './slices/registries';
import { retentionConfig } from './slices/retention';
import { slackConfig } from './slices/slack';
import { workerConfig } from './slices/worker';
import { text } from './value';

const every = {
  database: databaseConfig,
  redis: redisConfig,
  api: httpConfig.api,
  receiver: httpConfig.receiver,
  worker: workerConfig,
  workerHttp: httpConfig.worker,
  scheduler: httpConfig.scheduler,
  standalone: httpConfig.standalone,
  acrEmulator: httpConfig.acrEmulator,
  registries: registriesConfig,
  knownBases: knownBasesConfig,
  retention: retentionConfig,
  advisories: advisoriesConfig,
  apiAccess: apiConfig,
  slack: slackConfig,
  publicUrl: publicUrlConfig,
  network: networkConfig,
  dataDir: dataDirConfig,
  log: logConfig,
};

describe('defaults', () => {
  it('are these, with nothing but the database set', () => {
    expect(readConfig(every, { DATABASE_URL: 'postgresql://u:p@db/tidewaiter' })).toEqual({
      database: { url: 'postgresql://u:p@db/tidewaiter', poolSize: 10 },
      redis: { url: undefined, keyPrefix: 'tidewaiter' },
      api: { host: '127.0.0.1', port: 8080 },
      receiver: { host: '127.0.0.1', port: 8081 },
      worker: {
        queues: [
          'events',
          'scan-push',
          'scan-user',
          'scan-rescan',
          'scan-backfill',
          'reconcile',
          'actuate',
          'feeds',
          'rematch',
          'notify',
        ],
        concurrency: 4,
        lockMs: 30_000,
        attachedVex: 'shown',
        maxShrinkPercent: 20,
        stallSeconds: 60,
        alertMinutes: 1_440,
      },
      workerHttp: { host: '127.0.0.1', port: 8082 },
      scheduler: { host: '127.0.0.1', port: 8083 },
      standalone: { host: '127.0.0.1', port: 8080 },
      acrEmulator: { host: '127.0.0.1', port: 5050 },
      registries: { registries: [], secretKeys: [] },
      knownBases: { bases: [] },
      retention: { inventoryDays: 30, historyDays: 400, deliveryDays: 90 },
      advisories: { sources: [], enrichment: [], refreshIntervalMs: 3_600_000 },
      apiAccess: { key: undefined },
      slack: { webhookUrl: undefined, allowedHost: 'hooks.slack.com' },
      publicUrl: { url: 'http://127.0.0.1:8080', isGiven: false },
      network: { proxies: undefined },
      dataDir: { path: path.resolve('.data') },
      log: { level: 'info', format: 'auto' },
    });
  });

  it('come back frozen, down to the members of lists', () => {
    const { worker } = readConfig({ worker: workerConfig }, {});
    expect(Object.isFrozen(worker)).toBe(true);
    expect(Object.isFrozen(worker.queues)).toBe(true);
  });
});

describe('the network', () => {
  const read = (env: Environment) => readConfig({ network: networkConfig }, env).network;

  it('goes through the proxies that are named, in either case', () => {
    expect(read({ HTTPS_PROXY: 'http://proxy:3128', no_proxy: '.internal' })).toEqual({
      proxies: { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.internal' },
    });
    expect(read({ NO_PROXY: '.internal' })).toEqual({ proxies: undefined });
    expect(problemsOf({ network: networkConfig }, { HTTPS_PROXY: 'proxy:3128' })).toContain(
      'HTTPS_PROXY: must be a URL',
    );
  });

  it('trusts a private authority only from a file that can be read and holds a certificate', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'config-')), 'ca.pem');
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\n');
    expect(read({ NODE_EXTRA_CA_CERTS: file })).toEqual({ proxies: undefined });
    writeFileSync(file, 'nothing');
    expect(problemsOf({ network: networkConfig }, { NODE_EXTRA_CA_CERTS: file })).toContain('holds no certificate');
    expect(problemsOf({ network: networkConfig }, { NODE_EXTRA_CA_CERTS: '/nowhere' })).toContain('cannot be read');
  });
});

describe('readConfig', () => {
  it('reports all problems together as config-invalid', () => {
    const problems = problemsOf(every, {
      API_PORT: 'eighty',
      WORKER_QUEUES: 'scan-push,scna',
      LOG_LEVEL: 'loud',
      REDIS_URL: 'http://cache',
      WORKER_CONCURRENCY: '-1',
      PUBLIC_URL: 'example.org',
    });
    for (const where of [
      'DATABASE_URL: is missing',
      'API_PORT: must be a whole number from 0 to 65535, but is "eighty"',
      'WORKER_QUEUES: must be one of',
      'LOG_LEVEL: must be one of',
      'REDIS_URL: must be a URL that starts with redis:// or rediss://',
      'WORKER_CONCURRENCY: must be a whole number from 1 to 256',
      'PUBLIC_URL: must be a URL',
    ]) {
      expect(problems).toContain(where);
    }
  });

  it('never repeats a secret that it refuses', () => {
    expect(problemsOf({ database: databaseConfig }, { DATABASE_URL: 'mysql://root:hunter2@db/x' })).not.toContain(
      'hunter2',
    );
  });

  it('takes an empty variable for a missing one', () => {
    expect(readConfig({ redis: redisConfig, log: logConfig }, { REDIS_URL: ' ', LOG_LEVEL: '' })).toEqual({
      redis: { url: undefined, keyPrefix: 'tidewaiter' },
      log: { level: 'info', format: 'auto' },
    });
  });

  it('does not read slices it was not asked for', () => {
    expect(readConfig({ log: logConfig }, { API_PORT: 'nonsense' })).toEqual({
      log: { level: 'info', format: 'auto' },
    });
  });
});

describe('secrets', () => {
  const slice = defineSlice({
    title: 'Test',
    doc: '',
    settings: {
      token: required('TOKEN', text(), { doc: 'Opens the door.', secret: true }),
      nick: optional('NICK', text(), { doc: '' }),
    },
  });

  it('are read from the file that X_FILE names, without the blanks around them', () => {
    const file = fileWith('s3cret\n');
    expect(readConfig({ slice }, { TOKEN_FILE: file }).slice.token).toBe('s3cret');
  });

  it('are refused when missing, and both ways to give them are named', () => {
    expect(problemsOf({ slice }, {})).toContain('TOKEN: is missing. Opens the door. Set it, or set TOKEN_FILE');
  });

  it('are refused when the file is empty, absent, or the variable is set as well', () => {
    expect(problemsOf({ slice }, { TOKEN_FILE: fileWith(' \n') })).toContain('which is empty');
    expect(problemsOf({ slice }, { TOKEN_FILE: '/nowhere/token' })).toContain('which cannot be read');
    expect(problemsOf({ slice }, { TOKEN_FILE: fileWith('x'), TOKEN: 'y' })).toContain('is set twice');
  });

  it('alone may come from a file', () => {
    expect(readConfig({ slice }, { TOKEN: 't', NICK_FILE: fileWith('x') }).slice.nick).toBeUndefined();
  });
});

describe('registries', () => {
  it('have event queues by address or connection string, which is a secret', () => {
    const signed = 'Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=key=;EntityPath=q';
    const queues = ['https://a.servicebus.windows.net/q', 'sb://a.servicebus.windows.net/q', { env: 'QUEUE' }];
    const file = registriesFile(
      [...queues, 'q;SharedAccessKey=key='].map((eventQueueUrl, index) => ({
        ...{ name: `r${String(index)}`, kind: 'oci', endpoint: 'https://a.example' },
        eventQueueUrl,
      })),
    );
    const problems = problemsOf({ registries: registriesConfig }, { TIDEWAITER_CONFIG: file, QUEUE: signed });
    expect(problems.match(/eventQueueUrl: must be the address of a queue/g)).toHaveLength(1);
    expect(problems).toContain('registries[3].eventQueueUrl');
    expect(problems).not.toContain('key=');
  });

  it('come from a file, with secrets named rather than written', () => {
    const secret = fileWith('from-a-file-0123456789');
    const file = registriesFile([
      {
        name: 'prod',
        kind: 'acr',
        endpoint: 'https://prod.azurecr.io/',
        credentials: { kind: 'basic', username: 'puller', password: { env: 'PROD_PASSWORD' } },
        webhookSecret: { file: secret },
      },
      { name: 'lab', kind: 'oci', endpoint: 'http://127.0.0.1:5000', allowInsecure: true },
    ]);
    expect(readConfig({ registries: registriesConfig }, { TIDEWAITER_CONFIG: file, PROD_PASSWORD: 'pw' })).toEqual({
      registries: {
        registries: [
          {
            name: 'prod',
            kind: 'acr',
            endpoint: 'https://prod.azurecr.io',
            credentials: { kind: 'basic', username: 'puller', password: 'pw' },
            webhookSecret: 'from-a-file-0123456789',
            allowInsecure: false,
          },
          {
            name: 'lab',
            kind: 'oci',
            endpoint: 'http://127.0.0.1:5000',
            credentials: { kind: 'anonymous' },
            webhookSecret: undefined,
            allowInsecure: true,
          },
        ],
        secretKeys: [],
      },
    });
  });

  it('are refused with the place in the file', () => {
    const file = registriesFile([
      { name: 'Prod!', kind: 'acr', endpoint: 'https://a.azurecr.io' },
      { name: 'x', kind: 'quay', endpoint: 'https://a' },
    ]);
    const problems = problemsOf({ registries: registriesConfig }, { TIDEWAITER_CONFIG: file });
    expect(problems).toContain('registries[0].name: must be lower-case');
    expect(problems).toContain('registries[1].kind');
  });

  it('refuse plain HTTP, tiers of what is no ACR, missing secrets, short webhook secrets and doubled names', () => {
    const file = registriesFile([
      { name: 'a', kind: 'oci', endpoint: 'http://a.example', requests: { tier: 'premium' } },
      { name: 'a', kind: 'oci', endpoint: 'https://a.example/v2', webhookSecret: 'short' },
      {
        name: 'b',
        kind: 'acr',
        endpoint: 'https://b.azurecr.io',
        credentials: { kind: 'basic', username: 'u', password: { env: 'ABSENT' } },
      },
    ]);
    const problems = problemsOf({ registries: registriesConfig }, { TIDEWAITER_CONFIG: file });
    expect(problems).toContain('registries[0].endpoint: is plain HTTP');
    expect(problems).toContain(
      'registries[0].requests.tier: is for registries of the kind "acr" only; say "perMinute"',
    );
    expect(problems).toContain('registries[1].endpoint: must be a scheme and a host only');
    expect(problems).toContain('registries[1].webhookSecret: must have at least 16 characters');
    expect(problems).toContain('registries[2].credentials.password: names the variable ABSENT');
    expect(problems).toContain('two registries have the name "a"');
  });

  it('say how each kind of login is written, with its secrets elsewhere', () => {
    const certificate = fileWith('-----BEGIN CERTIFICATE-----');
    const registry = {
      name: 'a',
      kind: 'acr',
      endpoint: 'https://a.azurecr.cn',
      cloud: 'china',
      repositories: ['x/y'],
    };
    const app = { tenantId: 't', clientId: 'c' };
    const logins = [
      { kind: 'client-certificate', ...app, certificate: { file: certificate } },
      { kind: 'client-secret', ...app, clientSecret: { env: 'APP_SECRET' } },
      { kind: 'managed-identity', resourceId: '/subscriptions/s' },
    ];
    const file = registriesFile(logins.map((credentials, index) => ({ ...registry, name: `r${index}`, credentials })));
    const { registries } = readConfig({ registries: registriesConfig }, { TIDEWAITER_CONFIG: file, APP_SECRET: 's' });
    expect(registries.registries.map(({ credentials }) => credentials)).toEqual([
      { kind: 'client-certificate', ...app, certificate: '-----BEGIN CERTIFICATE-----' },
      { kind: 'client-secret', ...app, clientSecret: 's' },
      { kind: 'managed-identity', resourceId: '/subscriptions/s' },
    ]);
    expect(registries.registries[0]).toMatchObject({ cloud: 'china', repositories: ['x/y'] });
    const wrong = registriesFile([
      { ...registry, credentials: { kind: 'client-secret', clientId: 'c', clientSecret: 's' } },
      { ...registry, credentials: { kind: 'managed-identity', clientId: 'c', resourceId: 'r' } },
    ]);
    const problems = problemsOf({ registries: registriesConfig }, { TIDEWAITER_CONFIG: wrong });
    expect(problems).toContain('registries[0].credentials.tenantId');
    expect(problems).toContain('by "clientId" or by "resourceId", not by both');
  });

  it('keep what REST stores under keys with names of their own', () => {
    const text = Buffer.alloc(32, 7).toString('base64');
    const read = (keys: string) => readConfig({ registries: registriesConfig }, { REGISTRY_SECRET_KEYS: keys });
    expect(read(`new:${text},old:${text}`).registries.secretKeys).toEqual([
      { id: 'new', key: text },
      { id: 'old', key: text },
    ]);
    const problems = problemsOf({ registries: registriesConfig }, { REGISTRY_SECRET_KEYS: `a:${text},a:${text}` });
    expect(problems).toContain('has two keys with the name "a"');
    expect(problemsOf({ registries: registriesConfig }, { REGISTRY_SECRET_KEYS: 'short:abc' })).not.toContain('abc');
  });

  it('name a file that is absent or is not JSON', () => {
    expect(problemsOf({ registries: registriesConfig }, { TIDEWAITER_CONFIG: '/nowhere.json' })).toContain(
      '/nowhere.json',
    );
    expect(problemsOf({ registries: registriesConfig }, { TIDEWAITER_CONFIG: fileWith('{') })).toContain(
      'not a readable JSON file',
    );
  });

  it('come one at a time from variables', () => {
    const env = {
      ACR_LOGIN_SERVER: 'harbourmaster.azurecr.io',
      ACR_USERNAME: 'puller',
      ACR_PASSWORD: 'pw',
      ACR_WEBHOOK_SECRET: '0123456789abcdef',
    };
    expect(readConfig({ registries: registriesConfig }, env).registries.registries).toEqual([
      {
        name: 'harbourmaster',
        kind: 'acr',
        endpoint: 'https://harbourmaster.azurecr.io',
        credentials: { kind: 'basic', username: 'puller', password: 'pw' },
        webhookSecret: '0123456789abcdef',
        allowInsecure: false,
      },
    ]);
  });

  it('are refused by half: a user without a password, a server without a webhook secret, a secret without a server', () => {
    const half = { ACR_LOGIN_SERVER: 'h.azurecr.io', ACR_USERNAME: 'u' };
    expect(problemsOf({ registries: registriesConfig }, half)).toContain('ACR_PASSWORD: is missing');
    expect(problemsOf({ registries: registriesConfig }, half)).toContain('ACR_WEBHOOK_SECRET: is missing');
    expect(problemsOf({ registries: registriesConfig }, { ACR_PASSWORD: 'pw' })).toContain('ACR_LOGIN_SERVER is not');
  });
});

describe('API access', () => {
  it('takes a random key and refuses one that somebody chose, without showing it', () => {
    const key = `twk_${'Ab0_-'.repeat(9).slice(0, 43)}`;
    expect(readConfig({ api: apiConfig }, { TIDEWAITER_API_KEY: key }).api.key).toBe(key);
    const problems = problemsOf({ api: apiConfig }, { TIDEWAITER_API_KEY: 'correct-horse' });
    expect(problems).toContain('TIDEWAITER_API_KEY: must be twk_');
    expect(problems).not.toContain('correct-horse');
  });
});

describe('slack', () => {
  it('is refused on another host than the allowed one, and over plain HTTP', () => {
    const env = { SLACK_WEBHOOK_URL: 'http://evil.example/services/T0' };
    const problems = problemsOf({ slack: slackConfig }, env);
    expect(problems).toContain('is on evil.example, but SLACK_ALLOWED_HOST allows hooks.slack.com only');
    expect(problems).toContain('must start with https://');
    expect(problems).not.toContain('T0');
  });

  it('may be on this machine over plain HTTP', () => {
    const env = { SLACK_WEBHOOK_URL: 'http://127.0.0.1:9/x', SLACK_ALLOWED_HOST: '127.0.0.1:9' };
    expect(readConfig({ slack: slackConfig }, env).slack.webhookUrl).toBe('http://127.0.0.1:9/x');
  });
});

describe('advisories', () => {
  it('are paths and URLs, separated by commas or line ends', () => {
    const env = { ADVISORIES: '/data/osv, https://a.example/all.zip\nC:/x', ADVISORIES_REFRESH_MINUTES: '5' };
    expect(readConfig({ advisories: advisoriesConfig }, env).advisories).toEqual({
      sources: ['/data/osv', 'https://a.example/all.zip', 'C:/x'],
      enrichment: [],
      refreshIntervalMs: 300_000,
    });
  });

  it('are enriched by sources with an address of their own or without', () => {
    const { enrichment } = readConfig(
      { advisories: advisoriesConfig },
      { ENRICHMENT: 'kev, epss=https://mirror.example/epss.csv.gz?sig=a=b' },
    ).advisories;
    expect(enrichment).toEqual([
      { id: 'kev', source: undefined },
      { id: 'epss', source: 'https://mirror.example/epss.csv.gz?sig=a=b' },
    ]);
    expect(problemsOf({ advisories: advisoriesConfig }, { ENRICHMENT: 'KEV=' })).toContain('ENRICHMENT: must be ids');
  });

  it('are refused with another protocol', () => {
    expect(problemsOf({ advisories: advisoriesConfig }, { ADVISORIES: 'ftp://a/b' })).toContain(
      'ADVISORIES: must be paths or URLs',
    );
  });
});

function problemsOf(slices: Parameters<typeof readConfig>[0], env: Environment): string {
  try {
    readConfig(slices, env);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'config-invalid') throw error;
    return error.message;
  }
  throw new Error('the configuration was accepted');
}

function fileWith(content: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'tidewaiter-config-')), 'value');
  writeFileSync(file, content);
  chmodSync(file, 0o600);
  return file;
}

function registriesFile(registries: readonly unknown[]): string {
  return fileWith(JSON.stringify({ registries }));
}
