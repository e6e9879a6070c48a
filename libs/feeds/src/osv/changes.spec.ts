import {
  isUnchanged,
  type FeedIo,
  type FetchedSnapshot,
  type FileFingerprint,
  type Fingerprint,
  type RemoteFile,
} from '../feed';
import { snapshotOf } from '../testing/snapshots';
import { fetchOsv } from './changes';

const source = 'https://osv.example/npm/';

/** A server whose list of changes is set by the test; what is asked for is kept. */
class Site {
  csv: readonly string[] = [];
  asked: string[] = [];
  /** By name; every other record is there. */
  broken: Readonly<Record<string, string>> = {};
  lastModified: string | undefined;
  sameArchive = false;

  readonly io: FeedIo = {
    source,
    get: () => Promise.resolve(Buffer.from(this.csv.join('\n'))),
    downloadAll: (files: readonly RemoteFile[]) => {
      this.asked = files.map(({ url, version }) => [url.slice(source.length), version].filter(Boolean).join(' '));
      if (this.sameArchive && this.asked.includes('all.zip')) return Promise.resolve('unchanged' as const);
      const fingerprint: FileFingerprint = {
        sha256: 'x',
        ...(this.lastModified !== undefined && { lastModified: this.lastModified }),
      };
      const records = files.filter(({ name }) => name.endsWith('.json'));
      return Promise.resolve({
        fingerprint: { sha256: 'x', files: Object.fromEntries(files.map(({ url }) => [url, fingerprint])) },
        snapshot: snapshotOf(
          Object.fromEntries(records.map(({ name }) => [name, this.broken[name] ?? recordIn(name)])),
        ),
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
}

function recordIn(name: string): string {
  return JSON.stringify({ id: name.replace('.json', ''), modified: '2024-11-10T12:00:00Z' });
}

let site: Site;
beforeEach(() => {
  site = new Site();
  site.csv = ['2024-11-10T10:00:00Z,GHSA-b', '2024-11-10T08:00:00Z,GHSA-a'];
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
    expect((await site.fetch(fingerprint)).snapshot.isPartial).toBeUndefined();
    site.csv = Array.from({ length: 5_001 }, (_, n) => `2024-11-10T11:00:00Z,GHSA-${n}`);
    await site.fetch(fingerprint);
    expect(site.asked).toEqual(['all.zip']);
  });

  it('asks again for a record that could not be used, also when the list has gone on', async () => {
    const { fingerprint } = await site.fetch();
    site.csv = ['2024-11-10T12:00:00Z,MAL-2024-1', '2024-11-10T11:30:00Z,GHSA-c', ...site.csv];
    site.broken = { 'MAL-2024-1.json': '<html>Busy</html>', 'GHSA-c.json': '{"id": "GHSA-c"}' };
    const busy = await site.fetch(fingerprint);
    expect(Object.keys(busy.fingerprint.files ?? {})).toEqual([`${source}GHSA-b.json`]);
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
    expect((await site.fetch(fingerprint)).snapshot.isPartial).toBeUndefined();
  });

  it('is read from its list when a week is over and the export is still the same', async () => {
    const { fingerprint } = await site.fetch();
    site.csv = ['2024-11-18T10:00:00Z,GHSA-c', ...site.csv];
    site.sameArchive = true;
    expect((await site.fetch(fingerprint)).snapshot.isPartial).toBe(true);
    expect(site.asked.map((asked) => asked.split('.')[0])).toEqual(['GHSA-c', 'GHSA-b']);
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
