/**
 * How many webhooks a second the receiver stores and queues, and how long each waits for its answer, on an embedded PostgreSQL.
 *
 *   node --import ./tools/typescript/register.mjs bench/intake.ts [--seconds 10] [--rate 2000] [--connections 64] [--queue postgres|redis]
 *
 * The receiver is the real process, spoken to over HTTP. First as many calls as it takes with all connections busy, then calls at a
 * steady rate, whose waits are counted from when a call was due, not from when it was sent. Against it stands inserting the same rows
 * one by one over ten connections, with nothing around it. With both queue back ends; Redis when redis-server is installed.
 */
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { migrate, migrationsDir, openDatabase, type Database } from '@tidewaiter/db';
import { startEmbeddedPostgres } from '@tidewaiter/embedded-postgres';
import { messageOf, silentLogger } from '@tidewaiter/kit';
import { migrateQueue } from '@tidewaiter/queue';
import pg from 'pg';
import { startRedisServer } from '../libs/testing/src/services/redis-server';
import { LeanClient } from './lean-client';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '2000' },
    connections: { type: 'string', default: '64' },
    queue: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const rate = Number(values.rate);
const connections = Number(values.connections);
const secret = randomBytes(16).toString('hex');

const directory = await mkdtemp(join(tmpdir(), 'tidewaiter-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir: join(directory, 'postgres'), logger: silentLogger });
const database = openDatabase({ url: postgres.url, applicationName: 'bench' });
console.log(`${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
console.log(
  `load of the machine before: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}`,
);
try {
  await migrate(postgres.url, migrationsDir(), silentLogger);
  await migrateQueue({ kind: 'postgres', url: postgres.url });
  const bare = await bareInserts();
  console.log(`bare INSERT, one row each, 10 connections: ${perSecond(bare)}`);
  if (values.queue !== 'redis') await measure('PostgreSQL', {}, bare);
  if (values.queue !== 'postgres') await withRedis((url) => measure('Redis', { REDIS_URL: url }, bare));
} finally {
  await database.$disconnect();
  await postgres.stop();
  await rm(directory, { recursive: true });
}

async function withRedis(work: (url: string) => Promise<void>): Promise<void> {
  const redis = await startRedisServer({ dataDir: join(directory, 'redis') }).catch((error: unknown) => {
    console.log(`queue in Redis: not measured, redis-server cannot be started (${messageOf(error)})`);
    return undefined;
  });
  if (redis === undefined) return;
  try {
    await work(redis.url);
  } finally {
    await redis.stop();
  }
}

async function measure(queue: string, env: Readonly<Record<string, string>>, bare: number): Promise<void> {
  await database.$executeRaw`TRUNCATE delivery CASCADE`;
  const receiver = await startReceiver(env);
  const client = await LeanClient.open(new URL(receiver.url), { authorization: `Bearer ${secret}` }, connections);
  const send = (): Promise<number> => client.post(JSON.stringify(pushEvent()));
  try {
    await closedLoop(send, 2_000);
    const before = await receiver.processorMs();
    const full = await closedLoop(send, seconds * 1_000);
    const processorMs = (await receiver.processorMs()) - before;
    console.log(
      `queue in ${queue}, ${String(connections)} connections always busy: ${perSecond(full.perSecond)}, ${waits(full.waitsMs)}`,
    );
    console.log(
      `  ${(full.perSecond / bare).toFixed(2)} times bare INSERT; the receiver's processor time: ${(processorMs / full.accepted).toFixed(2)} ms a call`,
    );
    const steady = await openLoop(send, seconds * 1_000);
    console.log(
      `queue in ${queue}, ${perSecond(rate)} due: ${perSecond(steady.perSecond)} taken, ${waits(steady.waitsMs)}`,
    );
    await check(database, full.accepted + steady.accepted);
  } finally {
    client.close();
    await receiver.stop();
  }
}

/** What was answered must be there: rows beyond the calls of the warm-up. */
async function check(from: Database, accepted: number): Promise<void> {
  const stored = await from.delivery.count({ where: { state: 'received' } });
  if (stored < accepted) throw new Error(`${String(accepted)} calls were accepted, ${String(stored)} rows are there`);
}

interface Taken {
  readonly accepted: number;
  readonly perSecond: number;
  readonly waitsMs: readonly number[];
}

/** The next call of a connection goes out when the one before is answered. */
async function closedLoop(send: () => Promise<number>, durationMs: number): Promise<Taken> {
  const waitsMs: number[] = [];
  const started = performance.now();
  const lane = async (): Promise<void> => {
    for (let sentAt = started; sentAt < started + durationMs;) {
      await accepted(send);
      const answeredAt = performance.now();
      waitsMs.push(answeredAt - sentAt);
      sentAt = answeredAt;
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  return taken(waitsMs, started);
}

/** Calls are due at even times, whether or not those before are answered. */
async function openLoop(send: () => Promise<number>, durationMs: number): Promise<Taken> {
  const waitsMs: number[] = [];
  const underway: Promise<void>[] = [];
  const started = performance.now();
  const total = Math.floor((rate * durationMs) / 1_000);
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - started) * rate) / 1_000) + 1);
    for (; sent < due; sent += 1) {
      const dueAt = started + (sent * 1_000) / rate;
      underway.push(accepted(send).then(() => void waitsMs.push(performance.now() - dueAt)));
    }
    await sleep(1);
  }
  await Promise.all(underway);
  return taken(waitsMs, started);
}

function taken(waitsMs: readonly number[], started: number): Taken {
  const accepted = waitsMs.length;
  return { accepted, waitsMs, perSecond: (accepted * 1_000) / (performance.now() - started) };
}

async function accepted(send: () => Promise<number>): Promise<void> {
  const status = await send();
  if (status !== 202) throw new Error(`a call was answered ${String(status)}`);
}

function pushEvent() {
  const digest = `sha256:${randomBytes(32).toString('hex')}`;
  return {
    id: randomUUID(),
    timestamp: new Date().toISOString(),
    action: 'push',
    target: {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      size: 1_576,
      digest,
      length: 1_576,
      repository: `team/service-${digest.slice(7, 9)}`,
      tag: digest.slice(7, 19),
    },
    request: { id: randomUUID(), host: 'bench.azurecr.io', method: 'PUT', useragent: 'docker/27' },
  };
}

/** Rows a second, of the columns and indexes a delivery has. */
async function bareInserts(): Promise<number> {
  const pool = new pg.Pool({ connectionString: postgres.url, max: 10 });
  const registry = await database.registry.create({
    data: { name: 'bench', kind: 'acr', url: 'https://bench.azurecr.io' },
  });
  const text = `INSERT INTO delivery (id, registry_id, registry_name, source, body_sha256, event_id, action, repository, tag, digest,
                                      occurred_at, dedupe_key, state)
                VALUES ($1, $2, 'bench', 'acr', $3, $4, 'push', $5, $6, $7, $8, $9, 'received')`;
  let rows = 0;
  const end = performance.now() + seconds * 1_000;
  const lane = async (): Promise<void> => {
    while (performance.now() < end) {
      const { id, timestamp, target } = pushEvent();
      const { repository, tag, digest } = target;
      const sum = digest.slice(7);
      const columns = [randomUUID(), registry.id, sum, id, repository, tag, digest, timestamp, `bench/acr/${id}`];
      await pool.query({ name: 'insert', text, values: columns });
      rows += 1;
    }
  };
  await Promise.all(Array.from({ length: 10 }, lane));
  await pool.end();
  return rows / seconds;
}

interface Receiver {
  readonly url: string;
  /** User and system time since it was started; what else the machine does is not in it. Linux only, else 0. */
  processorMs(): Promise<number>;
  stop(): Promise<void>;
}

async function startReceiver(env: Readonly<Record<string, string>>): Promise<Receiver> {
  const child = spawn(process.execPath, ['--import', './tools/typescript/register.mjs', 'apps/receiver/src/main.ts'], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: postgres.url,
      ACR_LOGIN_SERVER: 'bench.azurecr.io',
      ACR_WEBHOOK_SECRET: secret,
      RECEIVER_PORT: '0',
      LOG_FORMAT: 'json',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /"message":"receiver ready".*"url":"([^"]+)"|"url":"([^"]+)".*"receiver ready"/.exec(line);
      if (found !== null) resolve(found[1] ?? found[2] ?? '');
    });
  });
  const base = await Promise.race([address, exited.then(() => undefined)]);
  if (base === undefined) throw new Error('the receiver did not start');
  return {
    url: `${base}/hooks/acr/bench`,
    async processorMs() {
      const stat = await readFile(`/proc/${String(child.pid)}/stat`, 'utf8').catch(() => '');
      // After the name, which may hold blanks: fields 14 and 15, in hundredths of a second.
      const [user = 0, system = 0] = stat.split(') ').at(-1)?.split(' ').slice(11, 13).map(Number) ?? [];
      return (user + system) * 10;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function waits(waitsMs: readonly number[]): string {
  const sorted = [...waitsMs].sort((a, b) => a - b);
  const at = (share: number): string => `${(sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1)} ms`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}`;
}

function perSecond(count: number): string {
  return `${Math.round(count).toLocaleString('en')}/s`;
}
