/**
 * What reading advisories costs: into a local store (one SQLite file) or into an embedded PostgreSQL.
 *
 *   npm run build && node --import ./tools/typescript/register.mjs bench/feeds.ts PATH|SOURCE... [--into store|postgres] [--runs N]
 *
 * PATH is a directory with one directory a feed, named as the feed (`osv`, `alpine-secdb`), or of OSV records alone; a SOURCE is what
 * "advisories import" takes, such as `azure-linux=PATH` or `kev=PATH`. A store is first made by the command line as it is built, a process
 * of its own; its time is set against only reading the same bytes and parsing what is JSON of them. These two are done in turn, N times
 * (3), as a machine may be slower for a minute; their medians count.
 */
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { importFeeds } from '@tidewaiter/advisory-store';
import { createFeedIo } from '@tidewaiter/feed-io';
import {
  configuredSource,
  enrichmentSources,
  feeds,
  isUnchanged,
  jsonDocumentsOf,
  type ConfiguredSource,
  type EnrichmentSource,
  type Fetched,
  type FetchedSnapshot,
} from '@tidewaiter/feeds';
import type { Importing } from './feeds-into-postgres';
import { shown, timed } from './figures';
import { measured } from './measured-process';

const { values, positionals } = parseArgs({
  options: { into: { type: 'string', default: 'store' }, runs: { type: 'string', default: '3' } },
  allowPositionals: true,
});
const [path] = positionals;
if (path === undefined) throw new Error('say the path of the advisories, or their sources');

const sources = path.includes('=') ? positionals : await sourcesIn(resolve(path));
/** What is known beside advisories is read for the command line's import alone. */
const feedSources = sources.filter((text) => enrichmentOf(text) === undefined);
console.log(sources.join(', '));
if (values.into === 'postgres') {
  // Not loaded otherwise: it would count as memory of the store's import.
  const [{ withBenchDatabase }, { intoPostgres }] = await Promise.all([
    import('./bench-database'),
    import('./feeds-into-postgres'),
  ]);
  await withBenchDatabase(({ database, directory }) =>
    measure(intoPostgres(database, { snapshotDirectory: join(directory, 'snapshots'), sources: feedSources })),
  );
} else {
  const directory = await mkdtemp(join(tmpdir(), 'tidewaiter-bench-'));
  try {
    const store = join(directory, 'advisories.db');
    const inTurn = [];
    for (let run = 0; run < Number(values.runs); run++) {
      await rm(store, { force: true });
      inTurn.push({ full: await byCommandLine(store), reading: await step('only reading and JSON.parse', readOnly) });
    }
    await measure(await intoStore(store), {
      full: median(inTurn.map(({ full }) => full)),
      reading: median(inTurn.map(({ reading }) => reading)),
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function measure(into: Importing, done?: { readonly full: Spent; readonly reading: Spent }): Promise<void> {
  const full = done?.full ?? (await step('full import', () => into.refresh()));
  await step('refresh, nothing new', () => into.refresh());
  await into.alter();
  const changed = await step('refresh, 1 % changed', () => into.refresh());
  const reading = done?.reading ?? (await step('only reading and JSON.parse', readOnly));
  for (const [name, spent] of Object.entries({ 'full import': full, '1 % changed': changed })) {
    const [time, work] = [spent.ms / reading.ms, spent.cpuMs / reading.cpuMs].map((ratio) => ratio.toFixed(2));
    console.log(`${name}: ${time ?? ''} x the time of only reading, ${work ?? ''} x its processor time`);
  }
}

async function byCommandLine(store: string): Promise<Spent> {
  const words = ['advisories', 'import', ...sources, '--store', store];
  const { wallMs, cpuMs, peakBytes } = await measured([process.execPath, 'dist/cli.mjs', ...words]);
  const [peak = '', size = ''] = [peakBytes, statSync(store).size].map((bytes) => shown(Math.round(bytes / 1e6)));
  console.log(
    `full import by the command line: ${(wallMs / 1000).toFixed(1)} s, at most ${peak} MB, a store of ${size} MB`,
  );
  return { ms: wallMs, cpuMs };
}

interface Spent {
  readonly ms: number;
  /** Of all threads of this process: what other processes take shows in the time alone. */
  readonly cpuMs: number;
}

function median(spent: readonly Spent[]): Spent {
  const middle = (of: (each: Spent) => number): number =>
    spent.map(of).sort((a, b) => a - b)[Math.floor(spent.length / 2)] ?? Number.NaN;
  return { ms: middle(({ ms }) => ms), cpuMs: middle(({ cpuMs }) => cpuMs) };
}

async function step(name: string, work: () => Promise<number>): Promise<Spent> {
  const [startedMs, before] = [performance.now(), process.cpuUsage()];
  const records = await timed(name, work);
  const { user, system } = process.cpuUsage(before);
  console.log(`  ${shown(records)} records or documents, ${((user + system) / 1e6).toFixed(1)} s of processors`);
  return { ms: performance.now() - startedMs, cpuMs: (user + system) / 1000 };
}

/** `feed=directory` for every directory that is named like a feed. */
async function sourcesIn(directory: string): Promise<readonly string[]> {
  const names = new Set(await readdir(directory));
  const found = feeds.filter(({ id }) => names.has(id)).map(({ id }) => `${id}=${join(directory, id)}`);
  return found.length > 0 ? found : [directory];
}

function enrichmentOf(text: string): EnrichmentSource | undefined {
  return enrichmentSources.find(({ id }) => text.startsWith(`${id}=`));
}

async function fetchedFrom(text: string): Promise<FetchedSnapshot> {
  const enrichment = enrichmentOf(text);
  const fetched =
    enrichment === undefined
      ? await fetchedFromFeed(configuredSource(text))
      : await enrichment.fetch(undefined, createFeedIo({ source: text.slice(text.indexOf('=') + 1), directory: '' }));
  if (isUnchanged(fetched)) throw new Error(`${text} was read as unchanged`);
  return fetched;
}

function fetchedFromFeed({ feed, source }: ConfiguredSource): Promise<Fetched> {
  return feed.fetch(undefined, createFeedIo({ source, directory: '' }));
}

async function readOnly(): Promise<number> {
  let documents = 0;
  for (const source of sources) {
    const { parts } = (await fetchedFrom(source)).snapshot;
    for (const part of parts)
      for await (const document of jsonDocumentsOf(part)) documents += 'json' in document ? 1 : 0;
  }
  return documents;
}

/** Into a store that has what the sources have now. */
async function intoStore(store: string): Promise<Importing> {
  const last = new Map<string, string>();
  for (const text of feedSources) last.set(text, (await fetchedFrom(text)).fingerprint.sha256);
  return {
    async refresh() {
      const imports = [];
      for (const text of feedSources) {
        const { feed, source } = configuredSource(text);
        const before = last.get(text);
        const known = before === undefined ? undefined : { sha256: before };
        const fetched = await feed.fetch(known, createFeedIo({ source, directory: '' }));
        if (isUnchanged(fetched)) continue;
        last.set(text, fetched.fingerprint.sha256);
        imports.push({ feed, snapshot: fetched.snapshot, now: new Date().toISOString() });
      }
      if (imports.length === 0 && existsSync(store)) return 0;
      const results = await importFeeds(store, imports, { maxShrinkPercent: 100, thread: {} });
      return results.reduce((sum, { added, changed }) => sum + added + changed, 0);
    },
    alter() {
      const database = new DatabaseSync(store);
      database.exec("UPDATE record SET hash = x'00', stamp = NULL WHERE record_id % 100 = 0");
      database.close();
      last.clear();
      return Promise.resolve();
    },
  };
}
