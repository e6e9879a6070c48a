import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { storedPart } from '@tidewaiter/feed-io';
import { feeds, type Feed, type FeedProblem, type SnapshotPart } from '@tidewaiter/feeds';
import { zipBytes } from '@tidewaiter/formats';
import { importFeeds, type ImportOptions } from './import';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'advisory-store-'));
  path = join(directory, 'advisories.db');
});
afterEach(() => rm(directory, { recursive: true }));

/** The threads run our TypeScript as it lies there, as scripts do. */
const register = pathToFileURL(resolve(import.meta.dirname, '../../../tools/typescript/register.mjs')).href;
const inThreads: ImportOptions = {
  maxShrinkPercent: 20,
  thread: { execArgv: ['--import', register, '--no-warnings'] },
};
const here: ImportOptions = { maxShrinkPercent: 20 };
const [osv] = feeds.filter(({ id }) => id === 'osv');

function record(id: string, name: string, more: object = {}): string {
  const affected = [{ package: { ecosystem: 'npm', name }, versions: ['1.0.0'] }];
  return JSON.stringify({ id, modified: '2025-01-01T00:00:00Z', summary: 'x'.repeat(300), affected, ...more });
}

/** Many pieces of each of the readers. */
const many = Array.from({ length: 2_000 }, (_, n) => ({
  name: `GHSA-${String(n)}.json`,
  text: record(`GHSA-${String(n)}`, `a${String(n)}`),
}));
const last = { name: 'b/GHSA-b.json', text: record('GHSA-b', 'a1', { aliases: ['CVE-2025-1000'] }) };

async function partOf(name: string, bytes: Buffer): Promise<SnapshotPart> {
  const file = join(directory, `${name}.zip`);
  await writeFile(file, bytes);
  return storedPart(name, [{ name: `${name}.zip`, path: file }]);
}

async function importParts(parts: readonly SnapshotPart[], options: ImportOptions, feed: Feed | undefined = osv) {
  if (feed === undefined) throw new Error('there is no feed of OSV');
  const problems: FeedProblem[] = [];
  const now = '2025-03-01T00:00:00Z';
  const onProblem = (problem: FeedProblem) => problems.push(problem);
  const results = await importFeeds(path, [{ feed, snapshot: { parts }, now, onProblem }], options);
  return { results, problems };
}

/** Every row of the store, in the order in which they lie there. */
function rowsOf(file: string): readonly unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = ['part', 'record', 'ecosystem', 'package_key', 'affected', 'payload', 'record_vulnerability'];
  const rows = tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all());
  database.close();
  return rows;
}

async function importedAnew(parts: readonly SnapshotPart[], options: ImportOptions): Promise<readonly unknown[]> {
  await rm(path, { force: true });
  await importParts(parts, options);
  return rowsOf(path);
}

describe('a store whose feeds are read in threads', () => {
  it('has what one has whose feeds are read here, and the same rows each time', async () => {
    const parts = [await partOf('a', zipBytes([...many, last])), await partOf('b', zipBytes([last]))];
    const threaded = await importedAnew(parts, inThreads);
    expect(await importedAnew(parts, inThreads)).toEqual(threaded);
    const { results } = await importParts(parts, here);
    expect(results).toMatchObject([
      { part: 'a', records: 2_001, added: 0, changed: 0, gone: 0, problems: 0, complete: true },
      { part: 'b', records: 1, added: 0, changed: 0, gone: 0, problems: 0, complete: true },
    ]);
  });

  it('takes the newer of two records with one id, wherever they lie in a part', async () => {
    const newer = { modified: '2026-01-01T00:00:00Z' };
    const twice = [
      { name: 'new/GHSA-1.json', text: record('GHSA-1', 'newer', newer) },
      { name: 'old/GHSA-1.json', text: record('GHSA-1', 'older') },
    ];
    const part = await partOf('a', zipBytes([...twice, ...many.slice(2)]));
    await importParts([part], inThreads);
    await importParts([part], inThreads);
    const database = new DatabaseSync(path, { readOnly: true });
    const names = database.prepare("SELECT name FROM package_key WHERE name IN ('newer', 'older')").all();
    const modified = database.prepare("SELECT modified FROM record WHERE id = 'GHSA-1'").all();
    database.close();
    expect(names).toEqual([{ name: 'newer' }]);
    expect(modified).toEqual([newer]);
  });

  it('says once what every reader of a file found', async () => {
    const whole = zipBytes(many);
    const part = await partOf('a', whole.subarray(0, whole.length - 30));
    await importParts([await partOf('b', whole)], here);
    const { results, problems } = await importParts([part], inThreads);
    expect(results).toMatchObject([{ part: 'a', records: 0, complete: false, problems: 2 }]);
    expect(problems.map(({ code, fatal }) => [code, fatal])).toEqual([
      [expect.stringMatching(/^zip-/), true],
      ['feed-part-empty', true],
    ]);
  });

  it('stays as it was when reading or writing fails', async () => {
    await importParts([await partOf('a', zipBytes([last]))], inThreads);
    const before = rowsOf(path);
    const lost = storedPart('a', [{ name: 'lost.zip', path: join(directory, 'lost.zip') }]);
    await expect(importParts([lost], inThreads)).rejects.toThrow('no such file');
    const unwritable: Feed = {
      ...{ id: 'osv', revision: 1, covers: [], fetch: () => Promise.resolve('unchanged') },
      async *parse() {
        const links = { aliases: [], upstream: [], severities: [], references: [], affected: [] };
        // No text: SQLite refuses it.
        yield await Promise.resolve({ feed: 'osv', id: 'B', modified: {} as string, ...links });
      },
    };
    await expect(importParts([lost], inThreads, unwritable)).rejects.toThrow('cannot be bound');
    expect(rowsOf(path)).toEqual(before);
    expect((await readdir(directory)).sort()).toEqual(['a.zip', 'advisories.db', 'advisories.db.lock']);
  });
});
