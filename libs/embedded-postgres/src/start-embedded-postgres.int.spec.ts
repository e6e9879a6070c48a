import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { silentLogger } from '@tidewaiter/kit';
import pg from 'pg';
import { isAlive } from './process-facts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './start-embedded-postgres';

import.meta.jest.setTimeout(60_000);

describe('embedded postgres', () => {
  let dataDir: string;
  const running: EmbeddedPostgres[] = [];

  beforeEach(async () => {
    // mkdtemp makes it with mode 0700: as root, PostgreSQL's own account may not even enter it.
    dataDir = await mkdtemp(path.join(tmpdir(), 'tidewaiter-embedded-'));
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<EmbeddedPostgres> {
    const postgres = await startEmbeddedPostgres({ dataDir, logger: silentLogger, durable: false });
    running.push(postgres);
    return postgres;
  }

  it('keeps its data over a restart, which stops within 3 seconds even with a client connected', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const idle = new pg.Client({ connectionString: first.url });
    idle.on('error', () => undefined);
    await idle.connect();
    const startedAt = Date.now();
    await first.stop();
    expect(Date.now() - startedAt).toBeLessThan(3_000);
    expect(isAlive(first.pid)).toBe(false);
    const second = await start();
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('says who holds the directory, and where that one answers', async () => {
    const first = await start();
    await first.announce('http://127.0.0.1:8080');
    await expect(start()).rejects.toThrow(`held by process ${process.pid}`);
    await expect(start()).rejects.toMatchObject({
      code: 'data-dir-in-use',
      fields: { pid: process.pid, url: 'http://127.0.0.1:8080' },
    });
    await first.stop();
    await start();
  });

  it('takes over from a process that was killed, and stops the server it left behind', async () => {
    const { child, pid } = await startInChild(dataDir);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(pid)).toBe(true);
    const postgres = await start();
    expect(isAlive(pid)).toBe(false);
    expect(await query(postgres.url, 'SELECT a FROM t')).toEqual([{ a: 1 }]);
  });

  it('is not fooled by a claim whose process id now belongs to another process', async () => {
    const claim = { pid: process.pid, startToken: 'long ago', host: hostname(), since: new Date().toISOString() };
    await writeFile(path.join(dataDir, 'owner.json'), JSON.stringify(claim));
    await start();
  });

  it('respects the claim of another host for as long as its heart beats', async () => {
    const claim = { pid: 1, startToken: 'x', host: 'elsewhere', since: new Date().toISOString() };
    await writeFile(path.join(dataDir, 'owner.json'), JSON.stringify(claim));
    await expect(start()).rejects.toMatchObject({ code: 'data-dir-in-use', fields: { host: 'elsewhere' } });
  });

  it('gives the directory to one of several that start at the same time', async () => {
    const outcomes = await Promise.allSettled([start(), start(), start()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  it('makes itself anew when it was killed while it was being made', async () => {
    const first = await start();
    await first.stop();
    const cluster = path.join(dataDir, 'postgres');
    await rm(path.join(cluster, 'global'), { recursive: true });
    await rename(cluster, `${cluster}.initialising`);
    await start();
  });

  it('keeps its password to itself and listens on this machine only', async () => {
    const postgres = await start();
    const { mode } = await stat(path.join(dataDir, 'postgres-password'));
    expect(mode & 0o777).toBe(0o600);
    const password = (await readFile(path.join(dataDir, 'postgres-password'), 'utf8')).trim();
    expect(new URL(postgres.url).password).toBe(password);
    expect(await query(postgres.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    await expect(query(postgres.url.replace(password, 'wrong'), 'SELECT 1')).rejects.toThrow(
      'password authentication failed',
    );
  });

  it('starts below a directory that only its owner may enter', async () => {
    await chmod(dataDir, 0o700);
    const postgres = await start();
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

async function startInChild(dataDir: string): Promise<{ child: ChildProcess; pid: number }> {
  const script = path.join(import.meta.dirname, 'testing/start-and-stay.ts');
  const child = spawn(process.execPath, ['--import', './tools/typescript/register.mjs', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: unknown[] = await once(child.stdout, 'data');
  return { child, pid: Number(String(said[0])) };
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    await client.end();
  }
}
