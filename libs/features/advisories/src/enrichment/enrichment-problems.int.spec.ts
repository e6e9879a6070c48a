import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AdvisorySite } from '../testing/advisory-site';
import { EnrichmentFeeds } from './enrichment-feeds';

let site: AdvisorySite;
let server: Server;
let sourceId: string;
/** What the other side has, known by its length. */
let text: string;

beforeEach(async () => {
  site = await AdvisorySite.open();
  server = createServer((request, response) => {
    const etag = `"${text.length}"`;
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag }).end(text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A server on a TCP port has an address object, never a path.
  const { port } = server.address() as AddressInfo;
  const source = `http://127.0.0.1:${String(port)}/kev.json`;
  const { configured } = await new EnrichmentFeeds(site.database).sync([{ id: 'kev', source }]);
  sourceId = configured[0] ?? '';
});
afterEach(async () => {
  await site.close();
  await new Promise((done) => server.close(done));
});

async function read(content: string) {
  text = content;
  const { state } = await site.refreshEnrichment.refresh(sourceId);
  return { outcome: state, ...(await site.database.feedState.findUniqueOrThrow({ where: { id: sourceId } })) };
}

const entry = { cveID: 'CVE-2021-1000', vulnerabilityName: 'Name', dateAdded: '2026-01-02' };

it.each([
  ['none', 0, [entry]],
  ['that of an entry', 1, [entry, { cveID: 'none' }]],
])('a source has the problems of its last good bytes when it has these again: %s', async (_, problems, entries) => {
  const content = JSON.stringify({ count: entries.length, vulnerabilities: entries });
  const good = await read(content);
  expect(good).toMatchObject({ state: 'ok', problems, records: 1 });
  expect(await read(content)).toMatchObject({ outcome: 'unchanged', state: 'ok', problems });
  const failed = await read('<!DOCTYPE html><title>Sorry</title>');
  expect(failed).toMatchObject({ state: 'failing', problems: 1, records: 1 });
  expect(failed.problemSample).not.toEqual(good.problemSample);
  const { problemSample, lastChangeAt, fingerprint } = good;
  const again = { state: 'ok', lastError: null, problems, problemSample, lastChangeAt, records: 1 };
  expect(await read(content)).toMatchObject(again);
  expect(await read(content)).toMatchObject({
    ...again,
    outcome: 'unchanged',
    fingerprint: { sha256: sha256Of(fingerprint) },
  });
});

function sha256Of(fingerprint: unknown): unknown {
  return typeof fingerprint === 'object' && fingerprint !== null && 'sha256' in fingerprint && fingerprint.sha256;
}
