import type { FeedIo, FetchedSnapshot, Fingerprint, RemoteFile } from '../feed';
import { fetchOsv } from './changes';

const source = 'https://osv.example/npm/';

/** A server whose list of changes is set by the test; what is asked for is kept. */
class Site {
  csv: readonly string[] = [];
  asked: string[] = [];

  readonly io: FeedIo = {
    source,
    get: () => Promise.resolve(Buffer.from(this.csv.join('\n'))),
    downloadAll: (files: readonly RemoteFile[]) => {
      this.asked = files.map(({ url, version }) => [url.slice(source.length), version].filter(Boolean).join(' '));
      return Promise.resolve({ fingerprint: { sha256: 'x' }, snapshot: { parts: [] } });
    },
    download: () => Promise.reject(new Error('asked for one file')),
    local: () => Promise.reject(new Error('asked for the disk')),
  };

  async fetch(last?: Fingerprint): Promise<FetchedSnapshot> {
    const fetched = await fetchOsv(last, this.io);
    if (fetched === 'unchanged') throw new Error('said to be unchanged');
    return fetched;
  }
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

  it('asks for nothing but records, whatever its list says', async () => {
    const { fingerprint } = await site.fetch();
    site.csv = ['2024-11-10T12:00:00Z,../../secret', 'soon,GHSA-x', '2024-11-10T11:00:00Z,GHSA-b'];
    await site.fetch(fingerprint);
    expect(site.asked).toEqual(['GHSA-b.json 2024-11-10T11:00:00Z']);
    site.csv = ['<html>'];
    await expect(site.fetch(fingerprint)).rejects.toMatchObject({ code: 'feed-index-unusable' });
  });
});
