import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mediaTypes } from '@tidewaiter/contracts';
import { describeWithTool } from '@tidewaiter/testing';
import { distributionSource } from './hooks/distribution';
import type { RegistryEvent } from './hooks/registry-event';
import { everyRegistry } from './spec-every-registry';
import { hookCall, hookTarget, Pusher, sha256 } from './spec-support';

const username = 'scanner';
const password = 'a-password';
/** bcrypt of the password above. */
const passwordHash = '$2b$04$mzAc17kfiAiFTkJoCUc6y.i9kXeK19Q8ZqVIDUlsQ5XPECSkIPnwW';

/** The CNCF registry as Debian ships it: a second implementation of the protocol, and of notifications. */
describeWithTool('docker-registry', 'the client against the CNCF registry', () => {
  const received: { contentType: string | undefined; body: unknown }[] = [];
  let directory: string;
  let registry: ChildProcess;
  let receiver: Server;
  let host: string;
  let pusher: Pusher;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewaiter-registry-'));
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        received.push({ contentType: request.headers['content-type'], body });
        response.end();
      });
    });
    const receiverPort = await listen(receiver);
    const port = await freePort();
    host = `127.0.0.1:${port}`;
    await writeFile(join(directory, 'htpasswd'), `${username}:${passwordHash}\n`);
    await writeFile(join(directory, 'config.yml'), configuration(directory, port, receiverPort));
    registry = spawn('docker-registry', ['serve', join(directory, 'config.yml')], { stdio: 'ignore' });
    pusher = new Pusher(`http://${host}`, { username, password });
    await reachable(host);
  });

  afterAll(async () => {
    registry.kill('SIGKILL');
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
    await rm(directory, { recursive: true, force: true });
  });

  async function events(repository: string, count: number): Promise<readonly RegistryEvent[]> {
    for (let waited = 0; waited < 100; waited += 1) {
      const found = received.flatMap(({ body }) => {
        const parsed = distributionSource.read(body, hookCall(), hookTarget());
        if (!parsed.ok || parsed.value.problems.length > 0) throw new Error(`not understood: ${JSON.stringify(body)}`);
        return parsed.value.events.filter((event) => 'repository' in event && event.repository === repository);
      });
      if (found.length >= count) return found;
      await sleep(50);
    }
    throw new Error('the events did not come');
  }

  everyRegistry(() => ({ host, username, password }));

  it('understands what the registry tells about pushes and deletions', async () => {
    const { bytes } = await pusher.image('team/notified', '2.0');
    await pusher.send('DELETE', `/v2/team/notified/manifests/${sha256(bytes)}`);
    // It tells of the tag that went with the manifest as well, in an event of its own.
    const news = await events('team/notified', 3);
    const common = { source: 'distribution', repository: 'team/notified', host };
    expect(news).toMatchObject([
      { ...common, action: 'push', tag: '2.0', digest: sha256(bytes), mediaType: mediaTypes.dockerManifest },
      { ...common, action: 'delete', digest: sha256(bytes) },
      { ...common, action: 'delete', tag: '2.0' },
    ]);
    expect(news).toHaveLength(3);
    expect(received[0]?.contentType).toBe('application/vnd.docker.distribution.events.v1+json');
  });
});

function configuration(directory: string, port: number, receiverPort: number): string {
  return JSON.stringify({
    version: 0.1,
    log: { accesslog: { disabled: true }, level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'data') }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}`, relativeurls: false, secret: 'for this test' },
    auth: { htpasswd: { realm: 'test', path: join(directory, 'htpasswd') } },
    notifications: {
      endpoints: [
        {
          name: 'receiver',
          url: `http://127.0.0.1:${receiverPort}/`,
          timeout: '5s',
          threshold: 5,
          backoff: '100ms',
        },
      ],
    },
  });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function reachable(host: string): Promise<void> {
  for (let waited = 0; waited < 200; waited += 1) {
    const isThere = await fetch(`http://${host}/v2/`).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await sleep(50);
  }
  throw new Error('docker-registry did not start');
}
