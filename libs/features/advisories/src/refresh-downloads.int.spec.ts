import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AdvisorySite } from './testing/advisory-site';

let site: AdvisorySite;
let server: Server;
/** What the other side has, by path, and what it calls it. */
let files: Map<string, { readonly text: string; readonly etag: string }>;
/** Paths that were sent whole. */
let sent: string[];
let sourceId: string;

beforeEach(async () => {
  site = await AdvisorySite.open();
  files = new Map([['/', { text: '<a href="v3.19/">v3.19/</a> <a href="v3.20/">v3.20/</a>', etag: '' }]]);
  sent = [];
  server = createServer((request, response) => {
    const path = request.url ?? '';
    const file = files.get(path);
    if (file === undefined) response.writeHead(404).end();
    else if (request.headers['if-none-match'] === file.etag) response.writeHead(304).end();
    else {
      if (path !== '/') sent.push(path);
      response.writeHead(200, { etag: file.etag }).end(file.text);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A server on a TCP port has an address object, never a path.
  const { port } = server.address() as AddressInfo;
  const { configured } = await site.sources.sync([`alpine-secdb=http://127.0.0.1:${String(port)}/`]);
  sourceId = configured[0] ?? '';
});
afterEach(async () => {
  await site.close();
  await new Promise((done) => server.close(done));
});

/** A repository of a release that fixed one vulnerability in each of so many packages. */
function publish(release: string, repository: string, packages: number, etag = '"v1"'): void {
  const fixes = Array.from({ length: packages }, (_, n) => ({
    pkg: { name: `${repository}-${String(n)}`, secfixes: { '1.0-r1': [`CVE-2024-${String(1000 + n)}`] } },
  }));
  const text = JSON.stringify({ distroversion: release, reponame: repository, packages: fixes });
  files.set(`/${release}/${repository}.json`, { text, etag });
}

describe('a source whose server knows the same bytes by another ETag', () => {
  it('is not sent again at every look', async () => {
    publish('v3.20', 'main', 3);
    await site.bring(sourceId);
    publish('v3.20', 'main', 3, '"v2"');
    sent = [];
    expect(await site.bring(sourceId)).toMatchObject({ state: 'unchanged' });
    const { fingerprint } = await site.database.feedState.findUniqueOrThrow({ where: { id: sourceId } });
    expect(fingerprint).toMatchObject({ revision: expect.any(Number), wholeAt: expect.any(String) });
    expect(await site.bring(sourceId)).toMatchObject({ state: 'unchanged' });
    expect(sent).toEqual(['/v3.20/main.json']);
  });
});

describe('a file that is not in its source any more', () => {
  const row = async () => site.database.feedState.findUniqueOrThrow({ where: { id: sourceId } });

  it('keeps what it said, though it is little of its release, and is named until it is there again', async () => {
    publish('v3.19', 'main', 40);
    publish('v3.20', 'main', 40);
    publish('v3.20', 'community', 9);
    await site.bring(sourceId);
    const spoken = () =>
      site.database.$queryRaw`SELECT count(*)::int AS rows FROM advisory_affected WHERE ecosystem = 'Alpine:v3.20'`;
    expect(await spoken()).toEqual([{ rows: 49 }]);
    const community = files.get('/v3.20/community.json') ?? { text: '', etag: '' };
    files.delete('/v3.20/community.json');
    publish('v3.20', 'main', 41, '"v2"');
    const gone = { code: 'feed-file-gone', path: 'v3.20/community.json' };
    for (const wholeAt of [new Date().toISOString(), '2026-01-01T00:00:00Z']) {
      // Once a week all is fetched anew.
      await site.database.$executeRaw`
        UPDATE feed SET fingerprint = fingerprint || jsonb_build_object('wholeAt', ${wholeAt}::text) WHERE id = ${sourceId}`;
      await site.bring(sourceId);
      expect(await row()).toMatchObject({ state: 'ok', problems: 1, problemSample: [expect.objectContaining(gone)] });
      expect(await spoken()).toEqual([{ rows: 50 }]);
    }
    files.set('/v3.20/community.json', community);
    await site.bring(sourceId);
    expect(await row()).toMatchObject({ state: 'ok', problems: 0 });
  });

  it('is missed when its release is listed no more, also after a time in which another could not be read', async () => {
    publish('v3.19', 'main', 5);
    publish('v3.20', 'main', 60);
    await site.bring(sourceId);
    files.set('/', { text: '<a href="v3.20/">v3.20/</a>', etag: '' });
    await site.bring(sourceId);
    // It is only not listed.
    expect(await row()).toMatchObject({ state: 'ok', problems: 0 });
    const main = files.get('/v3.20/main.json') ?? { text: '', etag: '' };
    files.set('/v3.20/main.json', { text: main.text.slice(0, 100), etag: '"cut"' });
    await site.bring(sourceId);
    expect(await row()).toMatchObject({ state: 'failing' });
    files.set('/v3.20/main.json', main);
    files.delete('/v3.19/main.json');
    await site.bring(sourceId);
    const gone = { code: 'feed-file-gone', path: 'v3.19/main.json' };
    expect(await row()).toMatchObject({ state: 'ok', problemSample: [expect.objectContaining(gone)] });
  });
});
