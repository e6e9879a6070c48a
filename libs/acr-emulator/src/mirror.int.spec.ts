import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mediaTypes } from '@tidewaiter/contracts';
import { describeWithTool } from '@tidewaiter/testing';
import type { AcrEmulator } from './emulator';
import { admin, Harness, RawClient, sha256 } from './spec-support';

/** The CNCF registry as a pull-through cache: its own client of registries, which asks the emulator for what it has not. */
describeWithTool('docker-registry', 'a mirror of the emulator', () => {
  const harness = new Harness();
  const reader = { username: 'mirror', password: 'password-of-the-mirror', scopes: ['repository:*:pull'] };
  let emulator: AcrEmulator;
  let mirror: ChildProcess;
  let address: string;

  beforeAll(async () => {
    emulator = await harness.emulator({ users: [admin, reader], dataEndpoint: true });
    const directory = await harness.directory();
    const config = join(directory, 'config.json');
    // JSON is YAML. https://distribution.github.io/distribution/recipes/mirror/
    const settings = {
      version: 0.1,
      storage: { filesystem: { rootdirectory: join(directory, 'cache') } },
      http: { addr: '127.0.0.1:0' },
      proxy: { remoteurl: emulator.url, username: reader.username, password: reader.password },
    };
    await writeFile(config, JSON.stringify(settings));
    mirror = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    address = await addressOf(mirror);
  });

  afterAll(async () => {
    mirror.kill('SIGKILL');
    await once(mirror, 'close');
    await harness.close();
  });

  it('gives an image by tag and by digest, and a layer that it had to fetch through a redirect', async () => {
    const { digest, bytes } = await new RawClient(emulator.url).pushImage('team/api', '1.0');
    for (const reference of ['1.0', digest]) {
      const response = await fetch(`http://${address}/v2/team/api/manifests/${reference}`, {
        headers: { accept: mediaTypes.ociManifest },
      });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(bytes);
    }
    const layer = sha256('layer ');
    const blob = await fetch(`http://${address}/v2/team/api/blobs/${layer}`);
    expect([blob.status, await blob.text()]).toEqual([200, 'layer ']);
  });

  it('follows a tag that was moved, and says what is not there', async () => {
    const client = new RawClient(emulator.url);
    await client.pushImage('team/moved', 'latest', 'before');
    await fetch(`http://${address}/v2/team/moved/manifests/latest`, { headers: { accept: mediaTypes.ociManifest } });
    const { bytes } = await client.pushImage('team/moved', 'latest', 'after');
    const moved = await fetch(`http://${address}/v2/team/moved/manifests/latest`, {
      headers: { accept: mediaTypes.ociManifest },
    });
    expect(await moved.text()).toBe(bytes);
    expect((await fetch(`http://${address}/v2/team/moved/manifests/none`)).status).toBe(404);
  });
});

async function addressOf({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('nothing is heard of the mirror');
  for await (const line of createInterface({ input: stderr })) {
    const found = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error('the mirror did not start');
}
