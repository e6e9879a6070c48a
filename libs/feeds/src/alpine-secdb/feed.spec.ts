import type { FeedIo, RemoteFile } from '../feed';
import { readAll } from '../testing/snapshots';
import { alpineSecdbFeed } from './feed';
import { vulnerabilityIds } from './secdb';

function database(distroversion: string, secfixes: object): string {
  return JSON.stringify({
    distroversion,
    reponame: 'main',
    urlprefix: 'https://dl-cdn.alpinelinux.org/alpine',
    packages: [{ pkg: { name: 'openssl', secfixes } }, { pkg: { name: 'empty', secfixes: null } }],
  });
}

describe("Alpine's security database", () => {
  it('gives one record for a vulnerability, with each release and each fix', async () => {
    const { items, problems } = await readAll(alpineSecdbFeed, {
      '3.20/main.json': database('v3.20', { '3.3.2-r0': ['CVE-2024-1'.padEnd(13, '0')], '0': ['CVE-2024-2000'] }),
      'edge/main.json': database('edge', { '3.3.3-r0': ['CVE-2024-1000 (+ regression fix)'] }),
    });
    expect(problems).toEqual([]);
    expect(items).toMatchObject([
      { id: 'CVE-2024-2000', affected: [{ ecosystem: 'Alpine:v3.20', name: 'openssl', status: 'not-affected' }] },
      {
        id: 'CVE-2024-1000',
        affected: [
          { ecosystem: 'Alpine:v3.20', ranges: [{ events: [{ introduced: '0' }, { fixed: '3.3.2-r0' }] }] },
          { ecosystem: 'Alpine:edge', ranges: [{ events: [{ introduced: '0' }, { fixed: '3.3.3-r0' }] }] },
        ],
      },
    ]);
  });

  it.each([
    ['CVE-2021-30473', ['CVE-2021-30473']],
    ['CVE-2019-12345 (+ regression fix)', ['CVE-2019-12345']],
    ['CVE_2019-2426', ['CVE-2019-2426']],
    ['CVE-2017-17434-2', ['CVE-2017-17434']],
    ['CVE-2015-5166 XSA-139', ['CVE-2015-5166']],
    ['CVE-2020-25602 CVE-2020-25604 XSA-333', ['CVE-2020-25602', 'CVE-2020-25604']],
    ['XSA-36', ['XSA-36']],
    ['GHSA-mh63-6h87-95cp', ['GHSA-mh63-6h87-95cp']],
    ['ALPINE-13661', ['ALPINE-13661']],
    ['CVE-????-?????', []],
    ['CVE-46838', []],
    ['TALOS-2017-0488', []],
  ])('%s names %j', (text, ids) => {
    expect(vulnerabilityIds(text)).toEqual(ids);
  });

  it('names what it cannot use, and reads on (trap 57: another layout is no empty database)', async () => {
    const { items, problems } = await readAll(alpineSecdbFeed, {
      'a.json': '{"packages": {}, "distroversion": "v3.20"}',
      'b.json': JSON.stringify({ distroversion: 'v3.20', packages: [{ pkg: { secfixes: {} } }] }),
      'c.json': database('3.20', { '1-r0': ['CVE-2024-1000'] }),
      'd.json': database('v3.20', { '1-r0': ['CVE-2024-1000'] }),
    });
    expect(items.map(({ id }) => id)).toEqual(['CVE-2024-1000']);
    expect(problems).toEqual(['secdb-invalid a.json!', 'secdb-package-invalid b.json#0', 'secdb-invalid c.json!']);
  });

  it('names what should be a CVE and is none, and not the id of a finder', async () => {
    const fixes = { '1-r0': ['CVE-2024-1000', 'CVE-????-?????', 'TALOS-2017-0488'], '2-r0': ['CVE-????-?????'] };
    const { items, problems } = await readAll(alpineSecdbFeed, { 'a.json': database('v3.20', fixes) });
    expect(items.map(({ id }) => id)).toEqual(['CVE-2024-1000']);
    expect(problems).toEqual(['secdb-id-invalid a.json#openssl']);
  });

  it('finds its releases in the list of the directory, and knows those it had', async () => {
    const asked: RemoteFile[] = [];
    const listing = '<a href="../">../</a><a href="edge/">edge/</a><a href="v3.2/">v3.2/</a><a href="README">x</a>';
    const file = { sha256: 'a' };
    const known = {
      'https://secdb.example/sub/v3.1/main.json': file,
      'https://mirror.example/v3.0/main.json': file,
    };
    await alpineSecdbFeed.fetch(
      { sha256: 'b', files: known },
      {
        source: 'https://secdb.example/sub',
        get: () => Promise.resolve(Buffer.from(listing)),
        downloadAll: (files) => Promise.resolve((asked.push(...files), 'unchanged' as const)),
        download: () => Promise.reject(new Error('asked for one file')),
        local: () => Promise.reject(new Error('asked for the disk')),
      },
    );
    expect(asked.map(({ url }) => url)).toEqual([
      'https://secdb.example/sub/edge/main.json',
      'https://secdb.example/sub/edge/community.json',
      'https://secdb.example/sub/v3.1/main.json',
      'https://secdb.example/sub/v3.1/community.json',
      'https://secdb.example/sub/v3.2/main.json',
      'https://secdb.example/sub/v3.2/community.json',
    ]);
  });

  it('gives the token of its address to every file, and tells nobody', async () => {
    const asked: RemoteFile[] = [];
    let listing = '<a href="v3.20/">v3.20/</a>';
    const io: FeedIo = {
      source: 'https://secdb.example/sub?sig=secret',
      get: (url) => {
        expect(url).toBe('https://secdb.example/sub/?sig=secret');
        return Promise.resolve(Buffer.from(listing));
      },
      downloadAll: (files) => Promise.resolve((asked.push(...files), 'unchanged' as const)),
      download: () => Promise.reject(new Error('asked for one file')),
      local: () => Promise.reject(new Error('asked for the disk')),
    };
    await alpineSecdbFeed.fetch(undefined, io);
    expect(asked[0]?.url).toBe('https://secdb.example/sub/v3.20/main.json?sig=secret');
    listing = '<html>';
    const message = 'https://secdb.example/sub/ lists no release; it has moved or another layout.';
    await expect(alpineSecdbFeed.fetch(undefined, io)).rejects.toMatchObject({ message });
  });
});
