import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './until';

export interface DockerRegistry {
  readonly host: string;
  close(): Promise<void>;
}

export interface DockerRegistryOptions {
  readonly directory: string;
  readonly port: number;
  /** Where it tells of pushes; it tells nobody without. https://distribution.github.io/distribution/about/notifications/ */
  readonly notify?: { readonly url: string; readonly secret: string };
}

/** The CNCF registry as Debian ships it. */
export async function startDockerRegistry({ directory, port, notify }: DockerRegistryOptions): Promise<DockerRegistry> {
  await mkdir(directory, { recursive: true });
  const config = join(directory, 'config.yml');
  const endpoint = (target: { url: string; secret: string }): object => ({
    name: 'tidewaiter',
    url: target.url,
    headers: { Authorization: [`Bearer ${target.secret}`] },
    timeout: '5s',
    threshold: 5,
    backoff: '200ms',
  });
  await writeFile(
    config,
    // JSON is YAML.
    JSON.stringify({
      version: 0.1,
      log: { accesslog: { disabled: true }, level: 'error' },
      storage: { filesystem: { rootdirectory: join(directory, 'data') } },
      http: { addr: `127.0.0.1:${port}`, secret: 'for this test' },
      ...(notify === undefined ? {} : { notifications: { endpoints: [endpoint(notify)] } }),
    }),
  );
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const host = `127.0.0.1:${port}`;
  await until('docker-registry', async () => ((await fetch(`http://${host}/v2/`)).ok ? true : undefined));
  return {
    host,
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
