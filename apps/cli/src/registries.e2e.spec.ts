import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startAcrEmulator, type AcrEmulator } from '@tidewaiter/acr-emulator';

const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'tidewaiter');
const user = { username: 'watcher', password: 'a-password-of-mine' };
const secret = 'a-webhook-secret-of-mine';
const principal = '00000000-1111-2222-3333-444444444444';

let directory: string;
let emulator: AcrEmulator;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewaiter-cli-'));
  emulator = await startAcrEmulator({ dataDir: join(directory, 'registry'), port: 0, users: [user] });
  // An Azure CLI that writes down what it was asked, and knows one registry.
  const az = join(directory, 'az');
  await writeFile(
    az,
    `#!/bin/sh
printf '%s\\n' "$*" >> '${directory}/asked'
case "$*" in
  'acr show'*) echo /subscriptions/s/registries/contoso ;;
  *webhook*) echo "the hook has $*" >&2; exit "\${AZ_FAILS:-0}" ;;
esac
`,
  );
  await chmod(az, 0o755);
});

beforeEach(() => writeFile(join(directory, 'asked'), ''));

afterAll(async () => {
  await emulator.close();
  await rm(directory, { recursive: true, force: true });
});

async function tidewaiter(words: readonly string[], input = '', more: Readonly<Record<string, string>> = {}) {
  const env = { PATH: `${directory}${delimiter}${process.env.PATH ?? ''}`, HOME: directory, ...more };
  const child = spawn(process.execPath, [program, ...words], { env });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  child.stdin.end(input);
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, out, err };
}

describe('doctor', () => {
  it('ends with 0 where nothing failed and with 3 and what to do where something did', async () => {
    const login = ['--username', user.username, '--password-stdin'];
    const well = await tidewaiter(['doctor', emulator.url, ...login], user.password);
    expect(well).toMatchObject({ code: 0, err: '' });
    expect(well.out).toContain(`${new URL(emulator.url).host}: can be watched`);
    expect(well.out).toContain('ok       authenticate  signed in: user watcher');
    const ill = await tidewaiter(['doctor', emulator.url, ...login, '--cloud', 'public', '--format', 'json'], 'wrong');
    expect(ill.code).toBe(3);
    expect(ill.out + ill.err).not.toContain('wrong"');
    expect(JSON.parse(ill.out)).toMatchObject([
      {
        ok: false,
        steps: expect.arrayContaining([
          expect.objectContaining({ step: 'authenticate', outcome: 'failed' }),
        ]) as unknown,
      },
    ]);
  });

  it('looks at what is configured, by name, and says what does not fit', async () => {
    const config = join(directory, 'registries.json');
    const registry = {
      kind: 'acr',
      endpoint: emulator.url,
      allowInsecure: true,
      credentials: { kind: 'basic', ...user },
    };
    await writeFile(config, JSON.stringify({ registries: [{ name: 'production', ...registry }] }));
    const named = await tidewaiter(['doctor', 'production'], '', { TIDEWAITER_CONFIG: config });
    expect(named).toMatchObject({ code: 0 });
    expect((await tidewaiter(['doctor'], '', { TIDEWAITER_CONFIG: config })).out).toBe(named.out);
    expect(await tidewaiter(['doctor'])).toMatchObject({ code: 2 });
    const half = await tidewaiter(['doctor', 'a.azurecr.io', '--login', 'client-certificate']);
    expect(half).toMatchObject({ code: 2 });
    expect(half.err).toContain('tenantId');
  });
});

describe('a registry that keeps blobs at another host', () => {
  let server: Server;
  let host: string;
  const config = '{}';
  const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType: type,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 2 },
    layers: [],
  };

  beforeAll(async () => {
    server = createServer(({ url = '', headers }, response) => {
      if (headers.host?.startsWith('localhost') === true) response.end(config);
      else if (url.includes('/blobs/')) response.writeHead(307, { Location: `http://localhost:${port()}/blob` }).end();
      else if (url.includes('/tags/')) response.end('{"tags":["1"]}');
      else if (url.includes('_catalog')) response.end('{"repositories":["a"]}');
      else if (url.includes('/manifests/'))
        response.writeHead(200, { 'Content-Type': type }).end(JSON.stringify(manifest));
      else response.writeHead(url === '/v2/' ? 200 : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${port()}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  function port(): string {
    const address = server.address();
    return typeof address === 'object' && address !== null ? String(address.port) : '';
  }

  it('is read from there when that is allowed, and says how to allow it', async () => {
    const refused = await tidewaiter(['doctor', host]);
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.out).toContain('--allow-host');
    expect(await tidewaiter(['doctor', host, '--allow-host', `localhost:${port()}`])).toMatchObject({ code: 0 });
    const inventory = ['inventory', `${host}/a:1`];
    expect((await tidewaiter(inventory)).err).toContain('--allow-host');
    const allowed = await tidewaiter([...inventory, '--allow-host', '*.example', '--allow-host', 'LOCALHOST']);
    expect(allowed.err).not.toContain('--allow-host');
    expect(await tidewaiter([...inventory, '--allow-host', 'https://localhost'])).toMatchObject({ code: 2 });
  });
});

describe('connect azure', () => {
  const connect = ['connect', 'azure', 'contoso.azurecr.us', '--receiver', 'https://hooks.example'];

  it('prints what would be run, without the secret, and runs nothing', async () => {
    const { code, out } = await tidewaiter([
      ...connect,
      '--principal',
      principal,
      '--mode',
      'abac',
      '--prefix',
      'team/',
    ]);
    expect(code).toBe(0);
    expect(out).toContain('az cloud set --name AzureUSGovernment\n');
    expect(out).toContain('"Authorization=Bearer $TIDEWAITER_WEBHOOK_SECRET"');
    expect(await readFile(join(directory, 'asked'), 'utf8')).toBe('');
  });

  it('knows the registry whose login server has a hash by its name, and calls it by its login server', async () => {
    const { code, out } = await tidewaiter(['connect', 'azure', 'contoso-d4e5f6.azurecr.io', ...connect.slice(3)]);
    expect(code).toBe(0);
    expect(out).toContain('az acr show --name contoso --query id');
    expect(out).toContain('--registry contoso --name tidewaiter --uri https://hooks.example/hooks/acr/contoso-d4e5f6 ');
  });

  it('runs it when asked to, and shows the secret nowhere, not even when az does', async () => {
    const apply = [...connect, '--principal', principal, '--apply', '--secret-stdin'];
    const done = await tidewaiter(apply, `${secret}\n`);
    expect(done.code).toBe(0);
    const asked = (await readFile(join(directory, 'asked'), 'utf8')).split('\n');
    expect(asked).toHaveLength(5);
    expect(asked[2]).toContain('--role AcrPull --scope /subscriptions/s/registries/contoso');
    expect(asked[3]).toContain(`Authorization=Bearer ${secret}`);
    const failed = await tidewaiter(apply, secret, { AZ_FAILS: '3' });
    expect(failed.code).toBe(5);
    expect(failed.err).toContain('az acr webhook create ended with 3');
    expect(done.out + done.err + failed.out + failed.err).not.toContain(secret);
  });

  it('has Event Grid write to a queue, without a secret and with nobody who has to reach us', async () => {
    const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/contoso/queues/events';
    const queue = ['connect', 'azure', 'contoso.azurecr.us', '--principal', principal, '--queue', id];
    const done = await tidewaiter([...queue, '--apply']);
    expect(done.code).toBe(0);
    expect(done.out).toContain('"eventQueueUrl" is https://contoso.servicebus.usgovcloudapi.net/events');
    const asked = (await readFile(join(directory, 'asked'), 'utf8')).split('\n');
    expect(asked[3]).toContain(`--role Azure Service Bus Data Receiver --scope ${id}`);
    expect(asked[4]).toContain(`--endpoint-type servicebusqueue --endpoint ${id}`);
    expect(await tidewaiter([...queue, '--events', 'webhook'])).toMatchObject({ code: 2 });
    expect(await tidewaiter([...connect, '--events', 'queue'])).toMatchObject({ code: 2 });
  });

  it('refuses what it could only guess', async () => {
    const wrong = [
      ['connect', 'azure', 'contoso.azurecr.io'],
      [...connect, '--prefix', 'team/'],
      [...connect, '--principal', 'me'],
      [...connect, '--apply'],
      ['connect', 'azure', 'contoso.azurecr.io', '--receiver', 'http://hooks.example', '--events', 'event-grid'],
    ];
    const ended = await Promise.all(wrong.map((words) => tidewaiter(words)));
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    expect(await readFile(join(directory, 'asked'), 'utf8')).toBe('');
  });
});
