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
