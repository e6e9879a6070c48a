import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { mediaTypes } from '@tidewaiter/contracts';
import { describeWithTool } from '@tidewaiter/testing';
import type { AcrEmulator } from './emulator';
import { admin, Harness, sha256 } from './spec-support';

const run = promisify(execFile);

/** A real client of real registries, unmodified. */
describeWithTool('skopeo', 'skopeo against the emulator', () => {
  const harness = new Harness();
  const credentials = `${admin.username}:${admin.password}`;
  let emulator: AcrEmulator;
  let directory: string;
  let host: string;

  beforeAll(async () => {
    emulator = await harness.emulator({
      users: [admin, { username: 'reader', password: 'r', scopes: ['repository:*:pull'] }],
    });
    host = `${emulator.host}:${emulator.port}`;
    directory = await harness.directory();
    await writeLayout(join(directory, 'layout'));
  });

  afterAll(() => harness.close());

  function skopeo(...parameters: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    return run('skopeo', [...parameters], { timeout: 30_000 });
  }

  function push(repository: string, more: readonly string[] = [], login = credentials) {
    const destination = ['--dest-tls-verify=false', '--dest-creds', login, `docker://${host}/${repository}`];
    return skopeo('copy', ...more, `oci:${join(directory, 'layout')}:v1`, ...destination);
  }

  it('pushes and pulls an image byte for byte', async () => {
    await push('team/api:1.0');
    const source = ['--src-tls-verify=false', '--src-creds', 'reader:r', `docker://${host}/team/api:1.0`];
    await skopeo('copy', ...source, `oci:${join(directory, 'pulled')}:v1`);
    const [before, after] = await Promise.all(['layout', 'pulled'].map((name) => readIndex(join(directory, name))));
    expect(after).toBe(before);
  });

  it('inspects what it pushed and lists its tags', async () => {
    await push('team/listed:1.0');
    await push('team/listed:2.0');
    const login = ['--tls-verify=false', '--creds', credentials];
    const inspected: unknown = JSON.parse(
      (await skopeo('inspect', ...login, `docker://${host}/team/listed:2.0`)).stdout,
    );
    expect(inspected).toMatchObject({ Architecture: 'amd64', Os: 'linux', RepoTags: ['1.0', '2.0'] });
    const listed: unknown = JSON.parse((await skopeo('list-tags', ...login, `docker://${host}/team/listed`)).stdout);
    expect(listed).toMatchObject({ Tags: ['1.0', '2.0'] });
  });

  it('pushes Docker schema 2, and mounts from one repository to the other', async () => {
    await push('team/docker:1.0', ['--format', 'v2s2']);
    const login = [
      '--src-tls-verify=false',
      '--src-creds',
      credentials,
      '--dest-tls-verify=false',
      '--dest-creds',
      credentials,
    ];
    await skopeo('copy', ...login, `docker://${host}/team/docker:1.0`, `docker://${host}/other/docker:1.0`);
    const raw = await skopeo(
      'inspect',
      '--raw',
      '--tls-verify=false',
      '--creds',
      credentials,
      `docker://${host}/other/docker:1.0`,
    );
    expect(JSON.parse(raw.stdout)).toMatchObject({ mediaType: mediaTypes.dockerManifest });
  });

  it('deletes an image', async () => {
    await push('team/deleted:1.0');
    const target = ['--tls-verify=false', '--creds', credentials, `docker://${host}/team/deleted:1.0`];
    await skopeo('delete', ...target);
    await expect(skopeo('inspect', ...target)).rejects.toThrow('manifest unknown');
  });

  it('is told when it may not push, and when it is not known', async () => {
    await expect(push('team/denied:1.0', [], 'reader:r')).rejects.toThrow(/unauthorized|denied/);
    await expect(push('team/denied:1.0', [], 'admin:wrong')).rejects.toThrow('invalid username/password');
  });

  it('pulls through redirects to the data endpoint', async () => {
    const redirecting = await harness.emulator({ dataEndpoint: true });
    host = `${redirecting.host}:${redirecting.port}`;
    await push('team/api:1.0');
    const source = ['--src-tls-verify=false', '--src-creds', credentials, `docker://${host}/team/api:1.0`];
    await skopeo('copy', ...source, `oci:${join(directory, 'redirected')}:v1`);
    expect(await readIndex(join(directory, 'redirected'))).toBe(await readIndex(join(directory, 'layout')));
  });
});

async function readIndex(layout: string): Promise<string | undefined> {
  const index: unknown = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'));
  return /sha256:[0-9a-f]{64}/.exec(JSON.stringify(index))?.[0];
}

/** An OCI layout (image-spec image-layout.md) with one image of one empty tar layer. */
async function writeLayout(directory: string): Promise<void> {
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true });
  const put = async (bytes: string | Uint8Array) => {
    await writeFile(join(directory, 'blobs/sha256', sha256(bytes).slice('sha256:'.length)), bytes);
    return { digest: sha256(bytes), size: Buffer.byteLength(bytes) };
  };
  const tar = new Uint8Array(10_240);
  // Compressed already, or skopeo would do it on the way and make another image of it.
  const layer = await put(gzipSync(tar));
  const config = await put(
    JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      config: {},
      rootfs: { type: 'layers', diff_ids: [sha256(tar)] },
    }),
  );
  const manifest = await put(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.ociConfig, ...config },
      layers: [{ mediaType: mediaTypes.ociLayerGzip, ...layer }],
    }),
  );
  const annotations = { 'org.opencontainers.image.ref.name': 'v1' };
  const entry = { mediaType: mediaTypes.ociManifest, ...manifest, annotations };
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}
