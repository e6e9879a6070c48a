import { mkdtemp, readFile, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleImages } from '@tidewaiter/samples';
import { endAll, startProgram, type Program, type Settings } from './processes';
import { freePort } from './ports';
import { RestApi } from './rest-api';
import type { RestImage } from './rest-api.schema';
import { lineOf } from './site';
import { until } from './until';

const readyWithinMs = 120_000;
const scannedWithinMs = 60_000;
/** One image for each platform of each sample. */
const imageCount = sampleImages.reduce((sum, { platforms }) => sum + platforms.length, 0);

/** What `npm start` runs, on a machine where nothing is configured. One story: each test goes on where the last ended. */
describe('standalone', () => {
  let dataDir: string;
  let settings: Settings;
  let url: string;
  let program: Program;
  let key: string;
  let before: Awaited<ReturnType<typeof facts>>;

  beforeAll(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), 'tidewaiter-standalone-')), 'data');
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    settings = {
      TIDEWAITER_DATA_DIR: dataDir,
      STANDALONE_PORT: String(port),
      ACR_EMULATOR_PORT: String(await freePort()),
    };
  });

  afterAll(async () => {
    await endAll();
    for (const pid of await processesOn(dataDir)) process.kill(pid, 'SIGKILL');
    await rm(join(dataDir, '..'), { recursive: true, force: true });
  }, 30_000);

  async function start(): Promise<Program> {
    const started = startProgram('standalone', settings);
    const state = await until(
      'the ready block',
      () => {
        if (started.output().includes('Tidewaiter is ready')) return 'ready';
        return started.hasEnded() ? 'ended' : undefined;
      },
      { timeoutMs: readyWithinMs },
    );
    if (state === 'ended') throw new Error(`standalone ended instead of starting:\n${started.output()}`);
    return started;
  }

  it('says where everything is, and how to log in', async () => {
    program = await start();
    key = (await readFile(join(dataDir, 'secrets', 'api-key'), 'utf8')).trim();
    const said = program.output();
    for (const part of [`${url}/api/v1/images`, `${url}/docs`, key, dataDir, settings['ACR_EMULATOR_PORT'] ?? '']) {
      expect(said).toContain(part);
    }
  }, 150_000);

  it('scans its sample images and shows what is wrong with them', async () => {
    const api = new RestApi(url, key);
    const images = await until(
      'every sample to be scanned',
      async () => {
        const all = await api.images();
        return all.length === imageCount && all.every(({ findings }) => findings !== null) ? all : undefined;
      },
      { timeoutMs: scannedWithinMs },
    );
    expect(images.every(({ state, complete }) => state === 'scanned' && complete)).toBe(true);
    const web = images.find(({ where }) => where[0]?.repository === 'shop/web' && where[0].tags.includes('1.0'));
    expect(web?.findings).toMatchObject({ critical: 4, high: 5, fixable: 8 });
    const { totals } = await api.coverage();
    expect(totals).toMatchObject({ scanned: totals.total, queued: 0, running: 0, failed: 0 });
    before = await facts(api);
  }, 90_000);

  it('documents itself to people and to programs', async () => {
    const docs = await fetch(`${url}/docs`);
    expect(docs.status).toBe(200);
    expect(docs.headers.get('content-type')).toContain('text/html');
    const openApi = await fetch(`${url}/openapi.json`);
    expect(await openApi.json()).toMatchObject({ openapi: '3.1.0' });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/api/v1/images`)).status).toBe(401);
  });

  it('says who holds the data when it is started a second time', async () => {
    const [port, registryPort] = [await freePort(), await freePort()];
    const second = startProgram('standalone', {
      ...settings,
      STANDALONE_PORT: String(port),
      ACR_EMULATOR_PORT: String(registryPort),
    });
    expect((await second.ended).code).toBe(1);
    expect(second.output()).toContain(dataDir);
    expect(second.output()).toContain(url);
    expect(second.output()).toContain(String(program.pid));
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  }, 30_000);

  it('stops within five seconds of Ctrl-C and leaves no process behind', async () => {
    const asked = Date.now();
    expect(await program.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(Date.now() - asked).toBeLessThan(5_000);
    expect(await processesOn(dataDir)).toEqual([]);
  }, 30_000);

  it('keeps everything over a restart', async () => {
    program = await start();
    expect(program.output()).not.toContain(key);
    expect(await facts(new RestApi(url, key))).toEqual(before);
  }, 150_000);

  it('comes back after kill -9 with everything it had', async () => {
    await program.kill();
    program = await start();
    expect(await facts(new RestApi(url, key))).toEqual(before);
    expect((await program.stop('SIGTERM')).code).toBe(0);
    expect(await processesOn(dataDir)).toEqual([]);
  }, 150_000);
});

/** What must be the same after a restart: images, findings, and that no further scan took place. */
async function facts(api: RestApi) {
  const images = [...(await api.images())].sort(byDigest);
  const findings: Record<string, readonly string[]> = {};
  const scans: string[] = [];
  for (const { digest } of images) findings[digest] = (await api.findings(digest)).map(lineOf).sort();
  for (const repository of new Set(sampleImages.map((sample) => sample.repository))) {
    scans.push(...(await api.scans(repository)).map(({ id, pulledBytes }) => `${id} ${pulledBytes}`));
  }
  return { images, findings, scans };
}

function byDigest(a: RestImage, b: RestImage): number {
  return a.digest < b.digest ? -1 : 1;
}

/** Processes that work in a directory or were told of it. */
async function processesOn(directory: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    // A process may end while it is looked at.
    const [cwd, commandLine] = await Promise.all([
      readlink(`/proc/${name}/cwd`).catch(() => ''),
      readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => ''),
    ]);
    if (cwd.startsWith(directory) || commandLine.includes(directory)) found.push(Number(name));
  }
  return found;
}
