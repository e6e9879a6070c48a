import {
  isUnchanged,
  type FeedIo,
  type FetchedSnapshot,
  type FileFingerprint,
  type Fingerprint,
  type RemoteFile,
} from '../feed';
import { zipBytes } from '@tidewaiter/formats';
import { snapshotOf } from '../testing/snapshots';
import { fetchOsv } from './changes';
import { osvFeed } from './feed';

const source = 'https://osv.example/npm/';

/** A server whose list of changes is set by the test; what is asked for is kept. */
class Site {
  csv: readonly string[] = [];
  asked: string[] = [];
  /** By name; every other record is there. */
  broken: Readonly<Record<string, string>> = {};
  lastModified: string | undefined;
  /** Names of documents that are not there. */
  missing: readonly string[] = [];
  /** Each record of `all.zip` as a line of the list. */
  archive: readonly string[] = [];
  /** The server says whether it is still the same. */
  sameArchive = false;

  readonly io: FeedIo = {
    source,
    get: () => Promise.resolve(Buffer.from(this.csv.join('\n'))),
    downloadAll: (wanted: readonly RemoteFile[]) => {
      const files = wanted.filter(({ name }) => !this.missing.includes(name));
      this.asked = wanted.map(({ url, version }) => [url.slice(source.length), version].filter(Boolean).join(' '));
      if (this.sameArchive && this.asked.includes('all.zip')) return Promise.resolve('unchanged' as const);
      const fingerprint: FileFingerprint = {
        sha256: this.archive.join(' '),
        ...(this.lastModified !== undefined && { lastModified: this.lastModified }),
      };
      return Promise.resolve({
        fingerprint: { sha256: 'x', files: Object.fromEntries(files.map(({ url }) => [url, fingerprint])) },
        snapshot: snapshotOf(Object.fromEntries(files.map(({ name }) => [name, this.contentOf(name)]))),
      });
    },
    download: () => Promise.reject(new Error('asked for one file')),
    local: () => Promise.reject(new Error('asked for the disk')),
  };

  async fetch(last?: Fingerprint): Promise<FetchedSnapshot> {
    const fetched = await fetchOsv(last, this.io);
    if (isUnchanged(fetched)) throw new Error('said to be unchanged');
    return fetched;
  }

  /** Everything that is listed is in `all.zip` from now on, as it is listed. */
  export(): void {
    this.archive = this.csv;
  }

  /** Names without times. */
  get askedFor(): readonly string[] {
    return this.asked.map((asked) => asked.split(' ')[0]?.replace('.json', '') ?? '');
  }

  private contentOf(name: string): string | Buffer {
    if (name !== 'all.zip') return this.broken[name] ?? recordOf('2024-11-10T12:00:00Z', name.replace('.json', ''));
    const entries = this.archive.map((line) => {
      const [time = '', id = ''] = line.split(',');
      return { name: `${id}.json`, text: recordOf(time, id) };
    });
    return zipBytes(entries);
  }
}

function recordOf(modified: string, id: string): string {
  return JSON.stringify({ id, modified });
}

let site: Site;
beforeEach(() => {
  site = new Site();
  site.csv = ['2024-11-10T10:00:00Z,GHSA-b', '2024-11-10T08:00:00Z,GHSA-a'];
  site.export();
});

describe('a directory of OSV records', () => {
  it('is read whole the first time', async () => {
    const { snapshot, fingerprint } = await site.fetch();
    expect([site.asked, snapshot.isPartial]).toEqual([['all.zip'], undefined]);
    expect(fingerprint.cursor).toBeDefined();
  });

  it('is then read as far as its list of changes says, with an hour of overlap', async () => {
    const { fingerprint } = await site.fetch();
    site.csv = [
      '2024-11-10T12:00:00Z,MAL-2024-1',
      '2024-11-10T11:00:00Z,GHSA-b',
      '2024-11-10T09:30:00Z,GHSA-late',
      '2024-11-10T08:00:00Z,GHSA-a',
    ];
    const changed = await site.fetch(fingerprint);
    expect(changed.snapshot.isPartial).toBe(true);
    expect(site.asked).toEqual([
      'MAL-2024-1.json 2024-11-10T12:00:00Z',
      'GHSA-b.json 2024-11-10T11:00:00Z',
      'GHSA-late.json 2024-11-10T09:30:00Z',
    ]);
    site.csv = ['2024-11-10T13:30:00Z,GHSA-c', ...site.csv];
    await site.fetch(changed.fingerprint);
    expect(site.asked.map((asked) => asked.split('.')[0])).toEqual(['GHSA-c', 'MAL-2024-1', 'GHSA-b']);
  });

  it('is read whole again every week, for what the list does not tell (trap 55), and when nearly all changed', async () => {
    const { fingerprint } = await site.fetch();
    site.csv = ['2024-11-17T10:00:01Z,GHSA-c', ...site.csv];
    site.export();
    expect((await site.fetch(fingerprint)).snapshot.isPartial).toBeUndefined();
    site.csv = Array.from({ length: 5_001 }, (_, n) => `2024-11-10T11:00:00Z,GHSA-${n}`);
    site.export();
    await site.fetch(fingerprint);
    expect(site.asked).toEqual(['all.zip']);
  });

  it('asks again for a record that could not be used, also when the list has gone on', async () => {
    const { fingerprint } = await site.fetch();
    site.csv = ['2024-11-10T12:00:00Z,MAL-2024-1', '2024-11-10T11:30:00Z,GHSA-c', ...site.csv];
    site.broken = { 'MAL-2024-1.json': '<html>Busy</html>', 'GHSA-c.json': '{"id": "GHSA-c"}' };
    const busy = await site.fetch(fingerprint);
    expect(Object.keys(busy.fingerprint.files ?? {})).toEqual([`${source}GHSA-b.json`, `${source}all.zip`]);
    site.csv = ['2024-11-12T12:00:00Z,GHSA-d', ...site.csv];
    site.broken = { 'GHSA-c.json': '{"id": "GHSA-c"' };
    const later = await site.fetch(busy.fingerprint);
    expect(site.asked.map((asked) => asked.split('.')[0])).toEqual(['GHSA-d', 'MAL-2024-1', 'GHSA-c']);
    await site.fetch(later.fingerprint);
    expect(site.asked.map((asked) => asked.split('.')[0])).toEqual(['GHSA-d', 'GHSA-c']);
  });

  it('is read with what changed since an export that is older than the list beside it, which stands before it', async () => {
    site.lastModified = 'Sat, 09 Nov 2024 09:00:00 GMT';
    site.csv = ['2024-11-10T10:00:00Z,GHSA-b', '2024-11-09T08:30:00Z,GHSA-a', '2024-11-09T07:30:00Z,GHSA-old'];
    site.broken = { 'GHSA-a.json': '<html>Busy</html>' };
    const { fingerprint, snapshot } = await site.fetch();
    expect([site.asked.map((asked) => asked.split(' ')[0]), snapshot.isPartial]).toEqual([
      ['GHSA-b.json', 'GHSA-a.json', 'all.zip'],
      undefined,
    ]);
    await site.fetch(fingerprint);
    expect(site.asked.map((asked) => asked.split('.')[0])).toEqual(['GHSA-b', 'GHSA-a']);
  });

  it('is not read from an export that is older than very many changes, except where nothing is known yet', async () => {
    site.lastModified = 'Sun, 10 Nov 2024 10:00:00 GMT';
    const { fingerprint } = await site.fetch();
    site.csv = Array.from({ length: 5_001 }, (_, n) => `2024-11-10T11:00:00Z,GHSA-${n}`);
    await expect(site.fetch(fingerprint)).rejects.toMatchObject({ code: 'feed-export-stale' });
    const first = await site.fetch();
    expect([site.asked, first.snapshot.isPartial]).toEqual([['all.zip'], undefined]);
    site.lastModified = 'Sun, 10 Nov 2024 11:30:00 GMT';
    site.export();
    expect((await site.fetch(fingerprint)).snapshot.isPartial).toBeUndefined();
  });

  it('is read from its list when a week is over and the export is still the same', async () => {
    const { fingerprint } = await site.fetch();
    site.csv = ['2024-11-18T10:00:00Z,GHSA-c', ...site.csv];
    site.sameArchive = true;
    expect((await site.fetch(fingerprint)).snapshot.isPartial).toBe(true);
    expect(site.asked.map((asked) => asked.split('.')[0])).toEqual(['GHSA-c', 'GHSA-b']);
  });

  describe('of which nobody says when the export was made', () => {
    it('is read with what is listed and not in it, or older in it', async () => {
      site.csv = ['2024-11-10T11:00:00Z,GHSA-c', '2024-11-10T10:00:00Z,GHSA-b', '2024-11-10T08:00:00Z,GHSA-a'];
      site.archive = ['2024-11-10T10:00:00.4Z,GHSA-b', '2024-11-09T08:00:00Z,GHSA-a'];
      const { fingerprint, snapshot } = await site.fetch();
      expect([site.askedFor, snapshot.isPartial]).toEqual([['GHSA-c', 'GHSA-a', 'all.zip'], undefined]);
      site.csv = ['2024-11-18T10:00:00Z,GHSA-d', ...site.csv];
      site.archive = [...site.archive, '2024-11-12T10:00:00Z,GHSA-e'];
      const later = await site.fetch(fingerprint);
      expect([site.askedFor, later.snapshot.isPartial]).toEqual([['GHSA-d', 'GHSA-c', 'GHSA-a', 'all.zip'], undefined]);
    });

    it('is read from its list while the export has the same bytes, which is asked for once a week', async () => {
      const { fingerprint } = await site.fetch();
      site.csv = ['2024-11-18T10:00:00Z,GHSA-b', '2024-11-10T08:00:00Z,GHSA-a'];
      const week = await site.fetch(fingerprint);
      expect([site.askedFor, week.snapshot.isPartial]).toEqual([['GHSA-b'], true]);
      site.csv = ['2024-11-19T10:00:00Z,GHSA-a', '2024-11-18T10:00:00Z,GHSA-b'];
      site.export();
      const day = await site.fetch(week.fingerprint);
      expect([site.askedFor, day.snapshot.isPartial]).toEqual([['GHSA-a', 'GHSA-b'], true]);
      site.csv = ['2024-11-26T10:00:00Z,GHSA-a', '2024-11-18T10:00:00Z,GHSA-b'];
      site.export();
      expect((await site.fetch(day.fingerprint)).snapshot.isPartial).toBeUndefined();
    });

    it('is not read from one that is older than very many changes, except where nothing is known yet', async () => {
      const { fingerprint } = await site.fetch();
      site.csv = Array.from({ length: 5_001 }, (_, n) => `2024-11-10T11:00:00Z,GHSA-${n}`);
      site.archive = ['2024-11-10T10:30:00Z,GHSA-b'];
      await expect(site.fetch(fingerprint)).rejects.toMatchObject({ code: 'feed-export-stale' });
      expect((await site.fetch()).snapshot.isPartial).toBeUndefined();
    });
  });

  it('names a record that is listed as newer than the export has it, and has no document', async () => {
    const { fingerprint } = await site.fetch();
    const newer = ['2024-11-18T10:00:00Z,GHSA-new', '2024-11-18T09:00:00Z,GHSA-a', '2024-11-10T10:00:00Z,GHSA-b'];
    site.csv = newer;
    site.archive = ['2024-11-10T08:00:00Z,GHSA-a', '2024-11-10T10:00:00Z,GHSA-b'];
    site.missing = ['GHSA-a.json', 'GHSA-new.json'];
    const { snapshot } = await site.fetch(fingerprint);
    const items: string[] = [];
    for await (const item of osvFeed.parse(snapshot))
      items.push('code' in item ? `${item.code} ${item.path}` : item.id);
    expect(items).toEqual(['osv-record-missing GHSA-a.json', 'GHSA-a', 'GHSA-b']);
  });

  it('asks whether the export is still the one it was, whatever was read since', async () => {
    site.lastModified = 'Sun, 10 Nov 2024 10:00:00 GMT';
    const { fingerprint } = await site.fetch();
    site.csv = ['2024-11-12T10:00:00Z,GHSA-c', ...site.csv];
    const { url, archive } = { url: `${source}all.zip`, archive: fingerprint.files?.[`${source}all.zip`] };
    const changed = await site.fetch(fingerprint);
    expect(changed.fingerprint.files?.[url]).toEqual(archive);
    site.csv = ['2024-11-18T10:00:00Z,GHSA-c', ...site.csv];
    site.lastModified = 'Mon, 18 Nov 2024 10:00:00 GMT';
    const week = await site.fetch(changed.fingerprint);
    expect([week.snapshot.isPartial, week.fingerprint.files?.[url]?.lastModified]).toEqual([true, site.lastModified]);
  });

  it('misses nothing behind a change of a time that is yet to come', async () => {
    site.csv = ['2999-01-01T00:00:00Z,GHSA-future', ...site.csv];
    const { fingerprint } = await site.fetch();
    site.csv = ['2999-01-01T00:00:00Z,GHSA-future', '2024-11-10T12:00:00Z,GHSA-c', '2024-11-10T08:00:00Z,GHSA-a'];
    await site.fetch(fingerprint);
    expect(site.asked.map((asked) => asked.split('.')[0])).toEqual(['GHSA-future', 'GHSA-c']);
  });

  it('asks for nothing but records, whatever its list says', async () => {
    const { fingerprint } = await site.fetch();
    site.csv = ['2024-11-10T12:00:00Z,../../secret', 'soon,GHSA-x', '2024-11-10T11:00:00Z,GHSA-b'];
    await site.fetch(fingerprint);
    expect(site.asked).toEqual(['GHSA-b.json 2024-11-10T11:00:00Z']);
    site.csv = ['<html>'];
    await expect(site.fetch(fingerprint)).rejects.toMatchObject({ code: 'feed-index-unusable' });
  });
});
