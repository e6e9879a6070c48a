/**
 * From a push to its verdict, through the built processes: webhook, queue, pull, reading, matching, one row that says finished.
 *
 *   npm run build && node --import ./tools/typescript/register.mjs bench/push.ts [--images 60] [--at-a-time 4] [--backfill 0]
 *
 * Images of 300 packages and 6 MB are pushed to a registry on this machine, some at a time: each on a base that nobody has seen, then
 * each on one base that is known. With --backfill N, N more images wait in the backfill while that goes on. Needs redis-server.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pushSample, type SampleImage } from '@tidewaiter/samples';
import { openOwnSite, type OwnSite } from '../apps/e2e/src/own-site/own-site';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '60' },
    'at-a-time': { type: 'string', default: '4' },
    backfill: { type: 'string', default: '0' },
  },
});
const images = Number(values.images);
const atATime = Number(values['at-a-time']);
/** Bytes of a base that gzip makes nothing smaller of. */
const baseBytes = 6 * 1024 * 1024;

const directory = await mkdtemp(join(tmpdir(), 'tidewaiter-bench-'));
console.log(`${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
const site = await openOwnSite({ directory, workers: 1, readsPerMinute: 1_000_000 });
try {
  await run(site);
} finally {
  await site.close();
  await rm(directory, { recursive: true, force: true });
}

async function run({ installation, pusher }: OwnSite): Promise<void> {
  const known = baseOf('known');
  await secondsToVerdicts([imageOf('warm/up', known)]);
  const backfill = Number(values.backfill);
  if (backfill > 0) await fillBackfill(backfill);
  const cold = await secondsToVerdicts(named('cold', () => baseOf(randomBytes(4).toString('hex'))));
  const warm = await secondsToVerdicts(named('known', () => known));
  if (backfill > 0) {
    const { totals } = await installation.api.coverage();
    console.log(`still in the backfill at the end: ${String(totals.queued + totals.running)} of ${String(backfill)}`);
  }
  report('base not known', cold, 60);
  report('base known', warm, 10);
  console.log(`known : not known = ${(quantile(warm, 0.5) / quantile(cold, 0.5)).toFixed(2)} (p50)`);

  async function fillBackfill(count: number): Promise<void> {
    // Pushed while nobody listens, and found by a walk through the catalogue.
    await installation.program('receiver').stop();
    for (let n = 0; n < count; n += 1)
      await pushSample(pusher, imageOf(`old/${String(n)}`, baseOf(`old-${String(n % 50)}`)));
    await installation.startServer('receiver');
    const headers = { 'content-type': 'application/json' };
    await installation.api.call('/api/v1/registries/harbour/reconciles', { method: 'POST', headers, body: '{}' });
    while ((await installation.api.coverage()).totals.queued === 0) await sleep(50);
  }

  /** Pushes all of them, and answers how long each took from the answer to its push to its verdict. */
  async function secondsToVerdicts(all: readonly SampleImage[]): Promise<readonly number[]> {
    const waiting = [...all];
    const seconds: number[] = [];
    const next = async (): Promise<void> => {
      for (let image = waiting.shift(); image !== undefined; image = waiting.shift()) {
        await pushSample(pusher, image);
        const pushedAt = performance.now();
        while (!(await hasVerdict(image.repository))) await sleep(20);
        seconds.push((performance.now() - pushedAt) / 1_000);
      }
    };
    await Promise.all(Array.from({ length: atATime }, next));
    return seconds;
  }

  async function hasVerdict(repository: string): Promise<boolean> {
    const [scan] = await installation.api.scans(repository);
    if (scan?.state === 'failed') throw new Error(`the scan of ${repository} failed: ${scan.error?.message ?? ''}`);
    return scan?.state === 'finished';
  }
}

function named(prefix: string, base: () => Base): readonly SampleImage[] {
  return Array.from({ length: images }, (_, n) => imageOf(`${prefix}/${String(n)}`, base()));
}

interface Base {
  readonly createdBy: string;
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

function baseOf(name: string): Base {
  const stanza = (n: number): string =>
    `Package: lib${name}${String(n)}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.${String(n)}-1\n`;
  return {
    createdBy: `ADD ${name} /`,
    files: [
      { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' },
      { path: 'var/lib/dpkg/status', content: Array.from({ length: 300 }, (_, n) => stanza(n)).join('\n') },
      { path: 'usr/lib/content.bin', content: randomBytes(baseBytes / 2).toString('hex') },
    ],
  };
}

function imageOf(repository: string, base: Base): SampleImage {
  const modules = ['lodash', repository.replace('/', '-')].map((name) => ({
    path: `app/node_modules/${name}/package.json`,
    content: JSON.stringify({ name, version: '4.17.15' }),
  }));
  const layers = [base, { createdBy: 'COPY app', files: modules }];
  return { repository, tag: '1', platforms: [{ os: 'linux', architecture: 'amd64', layers }] };
}

function report(what: string, seconds: readonly number[], budgetSeconds: number): void {
  const [p50, p95] = [quantile(seconds, 0.5), quantile(seconds, 0.95)];
  const share = (p95 / budgetSeconds).toFixed(2);
  console.log(
    `${what}: p50 ${p50.toFixed(2)} s, p95 ${p95.toFixed(2)} s = ${share} of the budget of ${String(budgetSeconds)} s`,
  );
}

function quantile(numbers: readonly number[], q: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
