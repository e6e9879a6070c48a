import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Advisory } from '@tidewaiter/contracts';
import type { Feed, FeedProblem } from '@tidewaiter/feeds';
import { UserError } from '@tidewaiter/kit';
import { importFeeds } from './import';
import { advisory, feedOf, foundIn, importInto, lookupIn, type Items } from './spec-store';
import { openAdvisoryStore } from './store';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'advisory-store-'));
  path = join(directory, 'advisories.db');
});
afterEach(() => rm(directory, { recursive: true }));

const importParts = (items: Readonly<Record<string, Items>>, now?: string) => importInto(path, items, now);
const lookup = (ecosystem: string, name: string) => lookupIn(path, ecosystem, name);
const found = (ecosystem: string, name: string) => foundIn(path, ecosystem, name);

it('covers the ecosystems whose parts it has, and not one that a record of another part speaks of too', async () => {
  await importParts({
    npm: [advisory('GHSA-1', 'npm/phoenix', 'Hex/phoenix')],
    Debian: [advisory('DSA-1', 'Debian:12/curl')],
    export: [advisory('GHSA-2', 'Pub/http')],
  });
  const store = openAdvisoryStore(path);
  const asked = ['npm', 'Hex', 'Debian:12', 'Debian:13', 'Pub', 'CRAN'];
  expect([...(await store.covers(asked))]).toEqual(['npm', 'Debian:12', 'Pub']);
  store.close();
  expect(await found('Hex', 'phoenix')).toEqual(['GHSA-1 2025']);
  await importParts({ Hex: [advisory('GHSA-3', 'Hex/plug')] });
  const both = openAdvisoryStore(path);
  expect([...(await both.covers(['Hex']))]).toEqual(['Hex']);
  both.close();
});

describe('a store', () => {
  it('gives back what was imported, field by field', async () => {
    const rich: Advisory = {
      feed: 'osv',
      id: 'GHSA-1',
      modified: '2025-01-02T03:04:05Z',
      published: '2024-01-01T00:00:00Z',
      summary: 'Ünïcode “summary”',
      aliases: ['CVE-2024-1000'],
      upstream: [],
      severities: [{ source: 'GitHub', kind: 'CVSS_V3', value: 'CVSS:3.1/AV:N' }],
      references: ['https://example.org/a'],
      affected: [
        {
          ecosystem: 'npm',
          name: 'x',
          ranges: [
            {
              type: 'SEMVER',
              events: [{ introduced: '0' }, { fixed: '1' }, { introduced: '2' }, { lastAffected: '3' }],
            },
            { type: 'ECOSYSTEM', events: [{ introduced: '4' }, { limit: '5' }] },
          ],
          versions: Array.from({ length: 500 }, (_, index) => `1.0.${index}`),
          severities: [{ source: 'npm', kind: 'word', value: 'high' }],
        },
        { ecosystem: 'npm', name: 'x', ranges: [], versions: ['9'], severities: [] },
        {
          ...{ ecosystem: 'npm', name: 'x', ranges: [], versions: ['9'], severities: [] },
          ...{ status: 'wont-fix', architectures: ['x86_64'], module: '' },
        },
      ],
    };
    await importParts({ npm: [rich] });
    const { affected, references: _notKept, ...head } = rich;
    const vulnerabilities = [{ id: 'CVE-2024-1000', aliases: ['GHSA-1'] }];
    expect(await lookup('npm', 'x')).toEqual(
      affected.map((entry) => ({ advisory: head, affected: entry, vulnerabilities, isVendors: false })),
    );
  });

  it('finds by ecosystem and name exactly, each key once', async () => {
    await importParts({ a: [advisory('A', 'Debian:12/x', 'Debian:11/x'), advisory('B', 'Debian:12/y')] });
    expect(await found('Debian:12', 'x')).toEqual(['A 2025']);
    expect(await found('Debian', 'x')).toEqual([]);
    expect(await found('Debian:12', 'X')).toEqual([]);
    const store = openAdvisoryStore(path);
    const key = { ecosystem: 'Debian:12', name: 'x' };
    expect(await store.lookup([key, { ecosystem: 'Debian:12', name: 'y' }, key])).toHaveLength(2);
    store.close();
  });

  it('is not led astray by a name with NUL', async () => {
    await importParts({ a: [advisory('A', 'npm/x\0npm', 'npm/y', 'npm\0/z')] });
    expect(await found('npm', 'x\0npm')).toEqual(['A 2025']);
    expect(await found('npm', 'y')).toEqual(['A 2025']);
    expect(await found('npm\0', 'z')).toEqual(['A 2025']);
    expect(await found('npm', 'npm')).toEqual([]);
  });

  it('resolves aliases over all parts, also for a record that names nobody itself', async () => {
    await importParts({
      Debian: [advisory('CVE-2024-1000', 'Debian:12/x')],
      npm: [{ ...advisory('GHSA-1', 'npm/x'), aliases: ['CVE-2024-1000'] }],
    });
    expect((await lookup('Debian:12', 'x'))[0]?.vulnerabilities).toEqual([
      { id: 'CVE-2024-1000', aliases: ['GHSA-1'] },
    ]);
    expect((await lookup('npm', 'x'))[0]?.vulnerabilities).toEqual([{ id: 'CVE-2024-1000', aliases: ['GHSA-1'] }]);
  });

  it('says of what was withdrawn that it was, and counts none of it', async () => {
    await importParts({
      npm: [{ ...advisory('A', 'npm/x'), withdrawn: '2025-01-01T00:00:00Z' }, advisory('B', 'npm/y')],
    });
    expect((await lookup('npm', 'x')).map(({ advisory: { id, withdrawn } }) => [id, withdrawn])).toEqual([
      ['A', '2025-01-01T00:00:00Z'],
    ]);
    const store = openAdvisoryStore(path);
    expect(store.status()).toMatchObject({
      parts: [{ name: 'npm', records: 2, withdrawn: 1 }],
      ecosystems: [{ ecosystem: 'npm', advisories: 1 }],
    });
    store.close();
  });
});

describe('an import', () => {
  it('touches only what changed and buries what vanished, part by part', async () => {
    await importParts({
      npm: [advisory('A', 'npm/a'), advisory('B', 'npm/b'), advisory('C', 'npm/c')],
      Go: [advisory('G', 'Go/g')],
    });
    const results = await importParts({
      npm: [
        { ...advisory('A', 'npm/a'), modified: '2026-01-01T00:00:00Z' },
        advisory('B', 'npm/b', 'npm/b2'),
        advisory('D', 'npm/d'),
      ],
    });
    expect(results).toMatchObject([{ part: 'npm', records: 3, added: 1, changed: 1, gone: 1, complete: true }]);
    expect(await found('npm', 'a')).toEqual(['A 2026']);
    expect(await found('npm', 'b2')).toEqual(['B 2025']);
    expect(await found('npm', 'c')).toEqual([]);
    expect(await found('npm', 'd')).toEqual(['D 2025']);
    expect(await found('Go', 'g')).toEqual(['G 2025']);
    const store = openAdvisoryStore(path);
    expect(store.status().parts).toMatchObject([
      { name: 'Go', gone: 0 },
      { name: 'npm', records: 3, gone: 1 },
    ]);
    store.close();
  });

  it('takes back what was gone', async () => {
    await importParts({ npm: [advisory('A', 'npm/a'), advisory('B', 'npm/b')] });
    await importParts({ npm: [advisory('B', 'npm/b')] });
    expect(await found('npm', 'a')).toEqual([]);
    await importParts({ npm: [advisory('A', 'npm/a'), advisory('B', 'npm/b')] });
    expect(await found('npm', 'a')).toEqual(['A 2025']);
  });

  it('believes the newest copy, and another one again when that is gone', async () => {
    const old = advisory('G', 'npm/x', 'PyPI/p');
    const fresh = { ...advisory('G', 'npm/y'), modified: '2026-01-01T00:00:00Z' };
    await importParts({ PyPI: [old, advisory('P', 'PyPI/q')], npm: [fresh, advisory('N', 'npm/n')] });
    expect(await found('npm', 'x')).toEqual([]);
    expect(await found('npm', 'y')).toEqual(['G 2026']);
    expect(await found('PyPI', 'p')).toEqual(['G 2025']);
    await importParts({ npm: [advisory('N', 'npm/n')] });
    expect(await found('npm', 'x')).toEqual(['G 2025']);
  });

  it('groups anew what names others now, and what others no longer name', async () => {
    const [cve, other] = [advisory('CVE-2024-1000', 'Debian:12/x'), advisory('GHSA-2', 'npm/y')];
    const groups = async () =>
      (await lookup('Debian:12', 'x')).map(({ vulnerabilities: [group] }) => [group?.id, ...(group?.aliases ?? [])]);
    const ghsa = advisory('GHSA-1', 'npm/x');
    const steps: [Advisory, readonly string[]][] = [
      [ghsa, []],
      [{ ...ghsa, aliases: ['CVE-2024-1000'] }, ['GHSA-1']],
      [{ ...advisory('GHSA-1', 'npm/other'), aliases: ['CVE-2024-1000'] }, ['GHSA-1']],
      [other, []],
    ];
    await importParts({ Debian: [cve] });
    for (const [record, aliases] of steps) {
      await importParts({ npm: [record, other] });
      expect(await groups()).toEqual([['CVE-2024-1000', ...aliases]]);
    }
  });

  it('that was cut short adds what it has, takes nothing away and makes nothing younger', async () => {
    await importParts({ npm: [advisory('A', 'npm/a')] }, '2025-01-01T00:00:00Z');
    const cut: FeedProblem = { code: 'zip-unreadable', message: 'cut', part: 'npm', path: 'npm.zip', fatal: true };
    const results = await importParts({ npm: [advisory('B', 'npm/b'), cut] }, '2025-06-01T00:00:00Z');
    expect(results).toMatchObject([{ complete: false, added: 1, gone: 0, problems: 1 }]);
    expect(await found('npm', 'a')).toEqual(['A 2025']);
    expect(await found('npm', 'b')).toEqual(['B 2025']);
    const store = openAdvisoryStore(path);
    expect(store.status().oldestImportAt).toBe('2025-01-01T00:00:00Z');
    store.close();
  });

  it('keeps the last good form of a record that cannot be read any more, wholly or in part', async () => {
    await importParts({
      npm: [advisory('CVE-2024-1', 'npm/a', 'npm/a2'), advisory('B', 'npm/b'), advisory('C', 'npm/c')],
    });
    const unusable = (path: string): FeedProblem => ({ code: 'osv-invalid', message: 'no', part: 'npm', path });
    const problems = [unusable('2024/cve-2024-1.json'), unusable('B.json')];
    const [result] = await importParts({ npm: [...problems, advisory('CVE-2024-1', 'npm/a'), advisory('D', 'npm/d')] });
    expect(result).toMatchObject({ complete: true, records: 3, added: 1, changed: 0, gone: 1, problems: 2 });
    expect(await Promise.all(['a', 'a2', 'b', 'c'].map((name) => found('npm', name)))).toEqual([
      ['CVE-2024-1 2025'],
      ['CVE-2024-1 2025'],
      ['B 2025'],
      [],
    ]);
    await importParts({ npm: [advisory('CVE-2024-1', 'npm/a'), advisory('B', 'npm/b')] });
    expect(await found('npm', 'a2')).toEqual([]);
  });

  it('of a part without a record clears nothing', async () => {
    await importParts({ npm: [advisory('A', 'npm/a')] });
    expect(await importParts({ npm: [] })).toMatchObject([{ complete: false, gone: 0, problems: 1 }]);
    expect(await found('npm', 'a')).toEqual(['A 2025']);
  });

  it('of nothing usable makes no store', async () => {
    await expect(importParts({ npm: [] })).rejects.toMatchObject({ code: 'feed-source-unusable' });
    expect(await readdir(directory)).toEqual(['advisories.db.lock']);
  });

  it('that fails half way leaves the store as it was, and no leftover', async () => {
    await importParts({ npm: [advisory('A', 'npm/a')] });
    const failing: Feed = {
      ...feedOf({}),
      async *parse() {
        yield advisory('B', 'npm/b');
        throw new Error('disk on fire');
      },
    };
    const snapshot = { parts: [{ name: 'npm', async *files() {} }] };
    await expect(importFeeds(path, [{ feed: failing, snapshot, now: '' }], { maxShrinkPercent: 20 })).rejects.toThrow(
      'disk on fire',
    );
    expect(await found('npm', 'a')).toEqual(['A 2025']);
    expect(await found('npm', 'b')).toEqual([]);
    expect((await readdir(directory)).sort()).toEqual(['advisories.db', 'advisories.db.lock']);
  });

  it('that lost more than a fifth of a part at once is not believed, and says so', async () => {
    const many = Array.from({ length: 100 }, (_, n) => advisory(`A-${n}`, `npm/a${n}`));
    await importParts({ npm: many });
    const [cut] = await importParts({ npm: many.slice(0, 79) });
    expect(cut).toMatchObject({ records: 79, gone: 0, stored: 100, problems: 0, complete: false, isShrunk: true });
    expect(await found('npm', 'a99')).toEqual(['A-99 2025']);
    const [slow] = await importParts({ npm: many.slice(0, 80) });
    expect(slow).toMatchObject({ records: 80, gone: 20, problems: 0, complete: true });
  });

  it('of a feed by release is not believed where a release lost what the number of records does not show', async () => {
    const bring = async (releases: readonly string[]) => {
      const items = Array.from({ length: 40 }, (_, n) =>
        advisory(`A-${n}`, ...releases.map((each) => `${each}/p${n}`)),
      );
      const feed: Feed = { ...feedOf({ alpine: items }), isByRelease: true };
      const parts = [{ name: 'alpine', async *files() {} }];
      const imports = [{ feed, snapshot: { parts }, now: '2025-03-01T00:00:00Z' }];
      return (await importFeeds(path, imports, { maxShrinkPercent: 20 }))[0];
    };
    const both = ['Alpine:v3.18', 'Alpine:v3.20'];
    expect(await bring(both)).toMatchObject({ records: 40, problems: 0, complete: true });
    expect(await bring(['Alpine:v3.20'])).toMatchObject({ changed: 0, gone: 0, problems: 1, complete: false });
    expect(await found('Alpine:v3.18', 'p0')).toEqual(['A-0 2025']);
    expect(await bring(both)).toMatchObject({ records: 40, changed: 0, complete: true });
  });

  it('of a feed whose one document has all releases keeps the last word of one that is over, and takes the others', async () => {
    const bring = async (releases: readonly string[], count: number) => {
      const items = Array.from({ length: count }, (_, n) =>
        advisory(`A-${n}`, ...releases.map((each) => `${each}/p${n}`)),
      );
      const feed: Feed = { ...feedOf({ debian: items }), isByRelease: true, dropsReleases: true };
      const imports = [
        { feed, snapshot: { parts: [{ name: 'debian', async *files() {} }] }, now: '2025-03-01T00:00:00Z' },
      ];
      return (await importFeeds(path, imports, { maxShrinkPercent: 20 }))[0];
    };
    await bring(['Debian:10', 'Debian:12'], 40);
    expect(await bring(['Debian:12'], 41)).toMatchObject({ gone: 0, problems: 0, complete: true });
    expect(await bring(['Debian:12'], 41)).toMatchObject({ changed: 0, gone: 0, problems: 0, complete: true });
    expect(await found('Debian:10', 'p0')).toEqual(['A-0 2025']);
    expect(await found('Debian:12', 'p40')).toEqual(['A-40 2025']);
  });

  it('removes what a killed import left behind', async () => {
    for (const end of ['', '-journal']) await writeFile(`${path}.0000.new${end}`, 'half');
    await importParts({ npm: [advisory('A', 'npm/a')] });
    expect((await readdir(directory)).sort()).toEqual(['advisories.db', 'advisories.db.lock']);
  });

  it('does not disturb whoever is reading', async () => {
    await importParts({ npm: [advisory('A', 'npm/a')] });
    const store = openAdvisoryStore(path);
    await importParts({ npm: [advisory('B', 'npm/b')] });
    expect(await store.lookup([{ ecosystem: 'npm', name: 'a' }])).toHaveLength(1);
    store.close();
    expect(await found('npm', 'a')).toEqual([]);
  });

  it('waits for no other import but says that there is one', async () => {
    const holder = `
      const { DatabaseSync } = require('node:sqlite');
      const lock = new DatabaseSync(${JSON.stringify(`${path}.lock`)});
      lock.exec('BEGIN EXCLUSIVE');
      console.log('held');
      setInterval(() => {}, 1000);`;
    const child = promisify(execFile)(process.execPath, ['-e', holder]);
    const exited = child.catch(() => 'killed');
    await new Promise((resolve) => child.child.stdout?.once('data', resolve));
    await expect(importParts({ npm: [advisory('A', 'npm/a')] })).rejects.toMatchObject({ code: 'advisory-store-busy' });
    child.child.kill('SIGKILL');
    await exited;
    await importParts({ npm: [advisory('A', 'npm/a')] });
    expect(await found('npm', 'a')).toEqual(['A 2025']);
  });

  it('refuses two sources of one name', async () => {
    const feed = feedOf({ npm: [advisory('A', 'npm/a')] });
    const snapshot = { parts: [{ name: 'npm', async *files() {} }] };
    const twice = [1, 2].map(() => ({ feed, snapshot, now: '' }));
    await expect(importFeeds(path, twice, { maxShrinkPercent: 20 })).rejects.toMatchObject({
      code: 'advisory-source-twice',
    });
  });
});

describe('records whose stamps say that they are in the same bytes', () => {
  const ids = Array.from({ length: 60 }, (_, n) => `A-${n}`);
  let revision = 1;
  beforeEach(() => (revision = 1));

  /** A feed that leaves out what is known; `changed` records speak of another package, from other bytes. */
  async function importStamped(
    present: readonly string[],
    { changed = [], now = '2025-03-01T00:00:00Z' }: { changed?: readonly string[]; now?: string } = {},
  ) {
    const feed: Feed = {
      ...feedOf({}),
      revision,
      async *parse(_, knows) {
        for (const id of present) {
          const name = changed.includes(id) ? `${id}-new` : id;
          if (knows?.(id, name) !== true) yield await Promise.resolve({ ...advisory(id, `npm/${name}`), stamp: name });
        }
      },
    };
    const snapshot = { parts: [{ name: 'npm', async *files() {} }] };
    const [result] = await importFeeds(path, [{ feed, snapshot, now }], { maxShrinkPercent: 20 });
    return result;
  }

  it('are not read, and are still there', async () => {
    expect(await importStamped(ids)).toMatchObject({ records: 60, read: 60, added: 60 });
    const changed = ['A-7'];
    expect(await importStamped(ids, { changed })).toMatchObject({
      records: 60,
      read: 1,
      added: 0,
      changed: 1,
      gone: 0,
    });
    expect(await importStamped(ids, { changed })).toMatchObject({ records: 60, read: 0, changed: 0, complete: true });
    expect(await found('npm', 'A-6')).toEqual(['A-6 2025']);
    expect(await found('npm', 'A-7')).toEqual([]);
    expect(await found('npm', 'A-7-new')).toEqual(['A-7 2025']);
  });

  it('are read when they come back', async () => {
    await importStamped(ids);
    expect(await importStamped(ids.slice(1))).toMatchObject({ records: 59, read: 0, gone: 1 });
    expect(await found('npm', 'A-0')).toEqual([]);
    expect(await importStamped(ids)).toMatchObject({ records: 60, read: 1, added: 1 });
    expect(await found('npm', 'A-0')).toEqual(['A-0 2025']);
  });

  it('count where a part has shrunk', async () => {
    await importStamped(ids);
    expect(await importStamped(ids.slice(20))).toMatchObject({ records: 40, read: 0, gone: 0, complete: false });
    expect(await importStamped(ids.slice(10))).toMatchObject({ records: 50, read: 0, gone: 10, complete: true });
  });

  it('are read by another revision of the parser, and all of them every week', async () => {
    await importStamped(ids);
    revision = 2;
    expect(await importStamped(ids)).toMatchObject({ read: 60, changed: 0 });
    expect(await importStamped(ids)).toMatchObject({ read: 0 });
    expect(await importStamped(ids, { now: '2025-03-08T00:00:00Z' })).toMatchObject({ read: 60, changed: 0 });
    expect(await importStamped(ids, { now: '2025-03-09T00:00:00Z' })).toMatchObject({ read: 0 });
  });
});

describe('a store that is written and read in threads of their own', () => {
  /** The thread runs our TypeScript as it lies there, as scripts do. */
  const register = pathToFileURL(resolve(import.meta.dirname, '../../../tools/typescript/register.mjs')).href;
  const thread = { execArgv: ['--import', register, '--no-warnings'] };
  const parts = ['a', 'b'].map((name) => ({ name, async *files() {} }));
  const many = Array.from({ length: 3_000 }, (_, n) => ({
    ...advisory(`A-${n}`, `npm/a${n}`),
    summary: 'x'.repeat(300),
  }));
  const items = { a: many, b: [advisory('A-1', 'npm/b'), { ...advisory('B', 'npm/a1'), aliases: ['A-1'] }] };
  const options = { maxShrinkPercent: 20 };

  it('is the same', async () => {
    const imports = [{ feed: feedOf(items), snapshot: { parts }, now: '2025-03-01T00:00:00Z' }];
    const here = await importFeeds(join(directory, 'here.db'), imports, options);
    expect(await importFeeds(path, imports, { ...options, thread })).toEqual(here);
    expect(await importFeeds(path, imports, { ...options, thread })).toMatchObject([
      { records: 3_000, read: 3_000, added: 0, changed: 0, gone: 0 },
      { records: 2, read: 2, added: 0, changed: 0, gone: 0 },
    ]);
    const keys = ['a1', 'b', 'a2999'].map((name) => ({ ecosystem: 'npm', name }));
    const [written, expected] = [path, join(directory, 'here.db')].map(openAdvisoryStore);
    expect(await written?.lookup(keys)).toEqual(await expected?.lookup(keys));
    written?.close();
    expected?.close();
  });

  it('stays as it was when reading or writing fails, and the thread ends', async () => {
    await importParts({ a: [advisory('A', 'npm/a')] });
    const failing: Feed = {
      ...feedOf({}),
      async *parse() {
        yield* many;
        throw await Promise.resolve(new Error('disk on fire'));
      },
    };
    const now = '2025-03-01T00:00:00Z';
    await expect(
      importFeeds(path, [{ feed: failing, snapshot: { parts }, now }], { ...options, thread }),
    ).rejects.toThrow('disk on fire');
    // No text: SQLite refuses it, in the thread.
    const unwritable = [{ ...advisory('B', 'npm/b'), modified: {} as string }];
    const imports = [{ feed: feedOf({ a: unwritable, b: [] }), snapshot: { parts }, now }];
    await expect(importFeeds(path, imports, { ...options, thread })).rejects.toThrow('cannot be bound');
    expect(await found('npm', 'a')).toEqual(['A 2025']);
    expect((await readdir(directory)).sort()).toEqual(['advisories.db', 'advisories.db.lock']);
  });
});

function refusalOf(file: string): unknown {
  try {
    openAdvisoryStore(file).close();
    return 'opened';
  } catch (error) {
    return error instanceof UserError ? error.code : error;
  }
}

describe('a file that is no store of this version', () => {
  it('is named, for readers and for imports', async () => {
    expect(refusalOf(path)).toBe('advisory-store-missing');
    await importParts({ npm: [advisory('A', 'npm/a')] });
    const other = join(directory, 'other.db');
    await copyFile(path, other);
    const database = new DatabaseSync(other);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(refusalOf(other)).toBe('advisory-store-version');
    const foreign = join(directory, 'foreign.db');
    new DatabaseSync(foreign).exec('CREATE TABLE t (x)');
    expect(refusalOf(foreign)).toBe('advisory-store-unreadable');
    await writeFile(foreign, 'this is not SQLite, and long enough to be looked at as if it were '.repeat(20));
    expect(refusalOf(foreign)).toBe('advisory-store-unreadable');
    path = other;
    await expect(importParts({ npm: [] })).rejects.toMatchObject({ code: 'advisory-store-version' });
  });
});
