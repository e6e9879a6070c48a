import { zipBytes, zipFileOf } from '@tidewaiter/formats';
import { isFeedProblem, type SnapshotFile, type SnapshotPart } from '../feed';
import { osvFeed } from './feed';

interface Seen {
  readonly ids: readonly string[];
  readonly problems: readonly string[];
  readonly fatal: boolean;
}

async function parse(...parts: readonly SnapshotPart[]): Promise<Seen> {
  return parseKnowing(new Map(), ...parts);
}

/** As a store does it that has the records with these stamps. The stamps are brought up to date. */
async function parseKnowing(stamps: Map<string, string>, ...parts: readonly SnapshotPart[]): Promise<Seen> {
  const ids: string[] = [];
  const problems: string[] = [];
  let fatal = false;
  for await (const item of osvFeed.parse({ parts }, (id, stamp) => stamps.get(id) === stamp)) {
    if (!isFeedProblem(item)) {
      if (item.stamp === undefined) stamps.delete(item.id);
      else stamps.set(item.id, item.stamp);
    }
    if (isFeedProblem(item)) {
      problems.push(`${item.code} ${item.path}`);
      fatal ||= item.fatal ?? false;
    } else {
      ids.push(`${item.id} ${item.affected.map(({ ecosystem, name }) => `${ecosystem}/${name}`).join(' ')}`.trim());
    }
  }
  return { ids, problems, fatal };
}

function part(name: string, ...files: readonly SnapshotFile[]): SnapshotPart {
  return {
    name,
    async *files() {
      yield* files;
    },
  };
}

function record(id: string, modified: string, ...affected: readonly string[]): string {
  const entries = affected.map((key) => {
    const [ecosystem, name] = key.split('/');
    return { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] };
  });
  return JSON.stringify({ id, modified, affected: entries });
}

function fileOf(name: string, bytes: Buffer): SnapshotFile {
  return { name, ...zipFileOf(bytes) };
}

function json(name: string, text: string): SnapshotFile {
  return fileOf(name, Buffer.from(text));
}

describe('the OSV feed', () => {
  it('reads zips and loose files, and ignores what is no record', async () => {
    const zip = zipBytes([
      { name: 'A-1.json', text: record('A-1', '2025-01-01T00:00:00Z') },
      { name: 'deep/er/A-2.json', text: `\ufeff${record('A-2', '2025-01-01T00:00:00Z')}` },
      { name: 'modified_id.csv', text: 'A-1' },
    ]);
    const loose = json('A-3.json', record('A-3', '2025-01-01T00:00:00Z'));
    expect(await parse(part('npm', fileOf('npm.zip', zip)), part('loose', loose))).toEqual({
      ids: ['A-1', 'A-2', 'A-3'],
      problems: [],
      fatal: false,
    });
  });

  it('names a record it cannot use and goes on', async () => {
    const zip = zipBytes([
      { name: 'bad.json', text: '{"id":' },
      { name: 'list.json', text: '[]' },
      { name: 'secret.json', text: 'x', flags: 1 },
      { name: 'good.json', text: record('good', '2025-01-01T00:00:00Z') },
    ]);
    expect(await parse(part('npm', fileOf('npm.zip', zip)))).toEqual({
      ids: ['good'],
      problems: [
        'osv-json-invalid npm.zip/bad.json',
        'osv-record-invalid npm.zip/list.json',
        'zip-entry-encrypted npm.zip/secret.json',
      ],
      fatal: false,
    });
  });

  it('says when a part was not read to its end, and reads the next part', async () => {
    const broken = fileOf('npm.zip', Buffer.from('no zip'));
    const loose = json('A-3.json', record('A-3', '2025-01-01T00:00:00Z'));
    expect(await parse(part('npm', broken), part('loose', loose))).toEqual({
      ids: ['A-3'],
      problems: ['zip-unreadable npm.zip'],
      fatal: true,
    });
  });

  it('gives a record that several parts have once, with the rows of the copy to believe', async () => {
    const old = zipBytes([{ name: 'G.json', text: record('G', '2024-01-01T00:00:00Z', 'npm/x', 'PyPI/only-here') }]);
    const fresh = zipBytes([{ name: 'G.json', text: record('G', '2025-01-01T00:00:00Z', 'npm/x2') }]);
    const seen = await parse(part('PyPI', fileOf('PyPI.zip', old)), part('npm', fileOf('npm.zip', fresh)));
    expect(seen.ids).toEqual(['G PyPI/only-here npm/x2']);
  });

  it('asks the network for addresses and the disk for paths, and nothing else', async () => {
    const asked: string[] = [];
    const io = (source: string) => ({
      source,
      get: (url: string) => Promise.reject(new Error(`asked for ${url}`)),
      downloadAll: () => Promise.reject(new Error('asked for several files')),
      download: (url: string) => Promise.resolve((asked.push(`download ${url}`), 'unchanged' as const)),
      local: (path: string) => Promise.resolve((asked.push(`local ${path}`), 'unchanged' as const)),
    });
    await osvFeed.fetch(undefined, io('https://feeds.example/npm/all.zip'));
    await osvFeed.fetch(undefined, io('/srv/osv'));
    expect(asked).toEqual(['download https://feeds.example/npm/all.zip', 'local /srv/osv']);
  });
});

describe('records that are known from the same bytes', () => {
  const zipOf = (records: Readonly<Record<string, string>>) =>
    fileOf('all.zip', zipBytes(Object.entries(records).map(([id, text]) => ({ name: `${id}.json`, text }))));
  const old = '2024-01-01T00:00:00Z';
  const fresh = '2025-01-01T00:00:00Z';

  it('are not read: one that changed among many costs one', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`A-${n}`, record(`A-${n}`, old, `npm/a${n}`)]),
    );
    const stamps = new Map<string, string>();
    expect((await parseKnowing(stamps, part('npm', zipOf(many)))).ids).toHaveLength(50);
    const changed = zipOf({ ...many, 'A-7': record('A-7', old, 'npm/b7') });
    expect((await parseKnowing(stamps, part('npm', changed))).ids).toEqual(['A-7 npm/b7']);
    expect((await parseKnowing(stamps, part('npm', changed))).ids).toEqual([]);
  });

  it('are read where a file has another name than its record', async () => {
    const stamps = new Map<string, string>();
    const misnamed = part('npm', zipOf({ other: record('A', old, 'npm/a') }));
    await parseKnowing(stamps, misnamed);
    expect((await parseKnowing(stamps, misnamed)).ids).toEqual(['A npm/a']);
  });

  it('are read again with all their copies when one of these changed, came or went', async () => {
    const stamps = new Map<string, string>();
    const [oldCopy, newCopy] = [record('G', old, 'PyPI/p'), record('G', fresh, 'npm/x')];
    const both = [part('PyPI', zipOf({ G: oldCopy })), part('npm', zipOf({ G: newCopy }))];
    expect((await parseKnowing(stamps, ...both)).ids).toEqual(['G PyPI/p npm/x']);
    expect((await parseKnowing(stamps, ...both)).ids).toEqual([]);
    const changed = [part('PyPI', zipOf({ G: record('G', old, 'PyPI/q') })), part('npm', zipOf({ G: newCopy }))];
    expect((await parseKnowing(stamps, ...changed)).ids).toEqual(['G PyPI/q npm/x']);
    const left = [part('PyPI', zipOf({})), part('npm', zipOf({ G: newCopy }))];
    expect((await parseKnowing(stamps, ...left)).ids).toEqual(['G npm/x']);
    expect((await parseKnowing(stamps, ...both)).ids).toEqual(['G PyPI/p npm/x']);
  });

  it('are read again while a copy of theirs cannot be read, so that its problem is named every time', async () => {
    const stamps = new Map<string, string>();
    const parts = [part('PyPI', zipOf({ G: '{' })), part('npm', zipOf({ G: record('G', fresh, 'npm/x') }))];
    for (let reading = 0; reading < 2; reading += 1) {
      expect(await parseKnowing(stamps, ...parts)).toMatchObject({
        ids: ['G npm/x'],
        problems: ['osv-json-invalid all.zip/G.json'],
      });
    }
  });
});
