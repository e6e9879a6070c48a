import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { placedPart } from '@tidewaiter/feed-io';
import { feeds, type EnrichmentSource, type Feed, type FeedProblem } from '@tidewaiter/feeds';
import { importFeeds } from './import';
import type { PartResult } from './import-part';
import { importPartsInThreads } from './import-parts';
import { openAdvisoryStore } from './store';
import type { EnrichmentImport } from './threats';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'import-parts-'));
  path = join(directory, 'advisories.db');
});
afterEach(() => rm(directory, { recursive: true }));

describe('parts whose files lie on this machine', () => {
  const register = pathToFileURL(resolve(import.meta.dirname, '../../../tools/typescript/register.mjs')).href;
  const thread = { execArgv: ['--import', register, '--no-warnings'], worthBytes: 0 };
  const names = ['Go', 'PyPI', 'crates.io', 'npm'];

  /** OSV records, one file each; the records of a part are as many as its place says, and one of each cannot be used. */
  async function importsOf(onPart?: (result: PartResult) => void, onProblem?: (problem: FeedProblem) => void) {
    for (const [place, name] of names.entries()) {
      await mkdir(join(directory, 'osv', name), { recursive: true });
      const records = Array.from({ length: 10 * (place + 1) }, (_, n) => ({
        id: `X-${name}-${n}`,
        modified: '2025-01-01T00:00:00Z',
        aliases: [`CVE-2025-${n + 1000}`],
        affected: [
          { package: { ecosystem: name, name: `p${n}` }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }] },
        ],
      }));
      for (const record of [...records, { id: `bad-${name}` }]) {
        await writeFile(join(directory, 'osv', name, `${record.id}.json`), JSON.stringify(record));
      }
    }
    const feed = feeds.find(({ id }) => id === 'osv');
    if (feed === undefined) throw new Error('there is no feed osv');
    const parts = await Promise.all(
      names.map(async (name) => {
        const files = (await readdir(join(directory, 'osv', name))).sort();
        return placedPart(
          name,
          files.map((file) => ({ name: file, path: join(directory, 'osv', name, file) })),
        );
      }),
    );
    const now = '2025-03-01T00:00:00Z';
    return [{ feed, snapshot: { parts }, now, ...(onPart && { onPart }), ...(onProblem && { onProblem }) }];
  }

  it('are read by two threads as by one, and told of in their order', async () => {
    const told: string[] = [];
    const problems: string[] = [];
    const imports = await importsOf(
      ({ part, records }) => told.push(`${part} ${records}`),
      ({ part, code }) => problems.push(`${part} ${code}`),
    );
    const enrichments = [scores()];
    const results = await importFeeds(path, imports, { maxShrinkPercent: 20, thread, enrichments });
    expect(told).toEqual(['Go 10', 'PyPI 20', 'crates.io 30', 'npm 40']);
    expect(problems.sort()).toEqual(names.map((name) => `${name} osv-record-invalid`));
    const here = join(directory, 'here.db');
    expect(results).toEqual(await importFeeds(here, await importsOf(), { maxShrinkPercent: 20, enrichments }));
    const keys = names.flatMap((ecosystem) => ['p0', 'p9'].map((name) => ({ ecosystem, name })));
    const [read, expected] = [path, here].map(openAdvisoryStore);
    expect(await read?.lookup(keys)).toEqual(await expected?.lookup(keys));
    expect(read?.status()).toEqual(expected && { ...expected.status(), path });
    expect(read?.status().threats).toMatchObject([{ id: 'epss', records: scored }]);
    expect(read?.threatOf(['CVE-2025-1000'])).toEqual({ epss: 0.5 });
    read?.close();
    expected?.close();
    expect(await importFeeds(path, imports, { maxShrinkPercent: 20, thread })).toMatchObject(
      results.map(({ part, records }) => ({ part, records, added: 0, changed: 0, gone: 0 })),
    );
  });

  it.each(names)(
    'leave the store as it was when one of them cannot be opened, with the error it is: %s',
    async (name) => {
      await importFeeds(path, await importsOf(), { maxShrinkPercent: 20 });
      const before = await readFile(path);
      const imports = await importsOf();
      await rm(join(directory, 'osv', name, `X-${name}-5.json`));
      const failed = importFeeds(path, imports, { maxShrinkPercent: 20, thread });
      await expect(failed).rejects.toMatchObject({ name: 'UserError', code: 'feed-file-unreadable' });
      expect(await readFile(path)).toEqual(before);
      expect((await readdir(directory)).sort()).toEqual(['advisories.db', 'advisories.db.lock', 'osv']);
    },
  );

  it('leave the store as it was when what is known beside them cannot be read', async () => {
    await importFeeds(path, await importsOf(), { maxShrinkPercent: 20 });
    const before = await readFile(path);
    const enrichments = [scores(new Error('the line is dead'))];
    const failed = importFeeds(path, await importsOf(), { maxShrinkPercent: 20, thread, enrichments });
    await expect(failed).rejects.toThrow('the line is dead');
    expect(await readFile(path)).toEqual(before);
    expect((await readdir(directory)).sort()).toEqual(['advisories.db', 'advisories.db.lock', 'osv']);
  });

  it('fail with what ended the thread that writes', async () => {
    const path = join(directory, 'nowhere', 'advisories.db');
    const database = new DatabaseSync(':memory:');
    const imported = importPartsInThreads({ database, path }, await importsOf(), { maxShrinkPercent: 20, thread });
    await expect(imported).rejects.toThrow('unable to open database file');
  });
});

/** More than go into one statement; one is said twice, and the later word counts. */
const scored = 300;

function scores(fault?: Error): EnrichmentImport {
  const source: EnrichmentSource = {
    id: 'epss',
    revision: 1,
    address: 'https://epss.example',
    fetch: () => Promise.resolve('unchanged'),
    async *parse() {
      const score = (n: number, probability: number) =>
        ({ kind: 'epss-score', vulnerability: `CVE-2025-${n + 1000}`, probability, percentile: 0 }) as const;
      for (let n = 0; n < scored; n++) yield score(n, 0.1);
      if (fault !== undefined) throw fault;
      yield score(0, 0.5);
    },
  };
  return { source, snapshot: { parts: [] }, now: '2025-03-01T00:00:00Z' };
}

it('of two feeds with the same record, what a store says does not depend on which came first', async () => {
  const feedOf = (id: string): Feed => ({
    id,
    revision: 1,
    covers: [],
    fetch: () => Promise.resolve('unchanged'),
    async *parse() {
      yield {
        feed: id,
        id: 'CVE-2025-1',
        modified: '2025-01-01T00:00:00Z',
        aliases: [],
        upstream: [],
        severities: [],
        affected: [{ ecosystem: 'npm', name: 'a', ranges: [], versions: [id], severities: [] }],
        references: [],
      };
    },
  });
  const saidBy = async (file: string, ids: readonly string[]): Promise<readonly string[]> => {
    const parts = [{ name: 'all', async *files() {} }];
    const imports = ids.map((id) => ({ feed: feedOf(id), snapshot: { parts }, now: '2025-03-01T00:00:00Z' }));
    await importFeeds(join(directory, file), imports, { maxShrinkPercent: 20 });
    const store = openAdvisoryStore(join(directory, file));
    const found = await store.lookup([{ ecosystem: 'npm', name: 'a' }]);
    store.close();
    return found.map(({ advisory }) => advisory.feed);
  };
  expect(await saidBy('one.db', ['first', 'second'])).toEqual(['first', 'second']);
  expect(await saidBy('other.db', ['second', 'first'])).toEqual(['first', 'second']);
});
