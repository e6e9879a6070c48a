import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zipBytes } from '@tidewaiter/formats';
import { AdvisorySite } from './testing/advisory-site';

let site: AdvisorySite;
let server: Server;
/** What the other side has, by path. */
let files: Map<string, Buffer>;
let asked: string[];
let sourceId: string;
/** When `all.zip` was made, where the server says so. */
let exportedAt: string;

beforeEach(async () => {
  site = await AdvisorySite.open();
  files = new Map();
  asked = [];
  exportedAt = '';
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const body = files.get(request.url ?? '');
    if (body === undefined) response.writeHead(404).end();
    else if (request.url?.endsWith('.zip') === true && exportedAt !== '') {
      response.writeHead(200, { 'last-modified': exportedAt }).end(body);
    } else response.end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A server on a TCP port has an address object, never a path.
  const { port } = server.address() as AddressInfo;
  const { configured } = await site.sources.sync([`http://127.0.0.1:${String(port)}/npm/`]);
  sourceId = configured[0] ?? '';
});
afterEach(async () => {
  await site.close();
  await new Promise((done) => server.close(done));
});

function record(id: string, fixed: string, times: { modified?: string; withdrawn?: string } = {}): string {
  const events = [{ introduced: '0' }, { fixed }];
  const affected = [{ package: { ecosystem: 'npm', name: 'lodash' }, ranges: [{ type: 'SEMVER', events }] }];
  return JSON.stringify({ id, modified: '2026-01-01T00:00:00Z', affected, ...times });
}

function publish(changes: readonly string[], records: Readonly<Record<string, string>>): void {
  files.set('/npm/modified_id.csv', Buffer.from(changes.join('\n')));
  for (const [id, text] of Object.entries(records)) files.set(`/npm/${id}.json`, Buffer.from(text));
}

describe('a source with a list of changes', () => {
  it('is read whole, then change by change, and whole again for what the list does not tell', async () => {
    await site.addPackages('lodash@4.17.20');
    const ids = Array.from({ length: 30 }, (_, n) => `GHSA-${String(n)}`);
    const whole = ids.map((id) => ({ name: `${id}.json`, text: record(id, '1.0.0') }));
    files.set('/npm/all.zip', zipBytes(whole));
    publish(['2026-01-01T00:00:00Z,GHSA-0'], {});
    expect(await site.bring(sourceId)).toMatchObject({ records: 30, changed: 30 });
    expect(await site.openMatches()).toEqual([]);

    publish(['2026-01-01T02:00:00Z,GHSA-1', '2026-01-01T00:00:00Z,GHSA-0'], { 'GHSA-1': record('GHSA-1', '4.17.21') });
    asked = [];
    // One record is read, and the others are not taken for gone.
    expect(await site.bring(sourceId)).toMatchObject({ records: 30, changed: 1, removed: 0 });
    expect(asked).toEqual(['/npm/modified_id.csv', '/npm/GHSA-1.json', '/npm/GHSA-0.json']);
    expect(await site.openMatches()).toEqual(['GHSA-1 lodash unknown -> 4.17.21']);
    expect(await site.database.feedState.findFirstOrThrow()).toMatchObject({ state: 'ok', ecosystems: ['npm'] });

    asked = [];
    await site.bring(sourceId);
    expect(asked).toEqual(['/npm/modified_id.csv']);

    files.set('/npm/all.zip', zipBytes(whole.filter(({ name }) => name !== 'GHSA-1.json')));
    publish(['2026-01-09T00:00:00Z,GHSA-0'], {});
    expect(await site.bring(sourceId)).toMatchObject({ records: 29, removed: 1 });
    expect(await site.openMatches()).toEqual([]);
  });

  it('still names what it could not use when only something else changed, and asks for it until it is there', async () => {
    files.set(
      '/npm/all.zip',
      zipBytes([
        { name: 'GHSA-0.json', text: record('GHSA-0', '1.0.0') },
        { name: 'GHSA-bad.json', text: '{"id":' },
      ]),
    );
    publish(['2026-01-01T00:00:00Z,GHSA-0'], {});
    expect(await site.bring(sourceId)).toMatchObject({ records: 1, problems: 1 });

    const changes = ['2026-01-01T02:00:00Z,GHSA-1', '2026-01-01T00:00:00Z,GHSA-0'];
    publish(changes, { 'GHSA-1': '<html>Busy</html>' });
    expect(await site.bring(sourceId)).toMatchObject({ records: 1, problems: 2 });
    const later = ['2026-01-03T00:00:00Z,GHSA-2', ...changes];
    publish(later, { 'GHSA-1': record('GHSA-1', '4.17.21'), 'GHSA-2': record('GHSA-2', '1.0.0') });
    expect(await site.bring(sourceId)).toMatchObject({ records: 3, changed: 2, problems: 1 });
    const { problemSample } = await site.database.feedState.findFirstOrThrow();
    expect(problemSample).toMatchObject([{ code: 'osv-json-invalid', path: 'all.zip/GHSA-bad.json' }]);

    publish(['2026-01-03T00:30:00Z,GHSA-bad', ...later], { 'GHSA-bad': record('GHSA-bad', '1.0.0') });
    expect(await site.bring(sourceId)).toMatchObject({ records: 4, problems: 0 });
  });

  it('does not go back to what an export of before says, where nobody says when that was made', async () => {
    await site.addPackages('lodash@4.17.20');
    const then = '2026-01-01T00:00:00Z';
    const old = ['GHSA-1', 'GHSA-2', 'GHSA-gone'].map((id) => ({ name: `${id}.json`, text: record(id, '4.17.21') }));
    files.set('/npm/all.zip', zipBytes(old));
    const listed = [`${then},GHSA-1`, `${then},GHSA-2`, `${then},GHSA-gone`];
    publish(listed, {});
    await site.bring(sourceId);
    const [first, second] = ['2026-01-09T00:00:00Z', '2026-01-09T06:00:00Z'];
    publish([`${first},GHSA-1`, `${then},GHSA-2`], { 'GHSA-1': record('GHSA-1', '4.17.22', { modified: first }) });
    await site.bring(sourceId);
    const withdrawn = { 'GHSA-2': record('GHSA-2', '4.17.21', { modified: second, withdrawn: second }) };
    publish([`${second},GHSA-2`, `${first},GHSA-1`], withdrawn);
    await site.bring(sourceId);
    const open = ['GHSA-1 lodash unknown -> 4.17.22', 'GHSA-gone lodash unknown -> 4.17.21'];
    expect(await site.openMatches()).toEqual(open);

    // Another one, which is as old; what it lacks and no list names is gone.
    files.set('/npm/all.zip', zipBytes(old.slice(0, 2)));
    publish(['2026-01-20T00:00:00Z,GHSA-3', `${second},GHSA-2`, `${first},GHSA-1`], {
      'GHSA-3': record('GHSA-3', '4.17.23', { modified: '2026-01-20T00:00:00Z' }),
    });
    expect(await site.bring(sourceId)).toMatchObject({ records: 3, changed: 1, removed: 1, problems: 0 });
    expect(await site.openMatches()).toEqual(['GHSA-1 lodash unknown -> 4.17.22', 'GHSA-3 lodash unknown -> 4.17.23']);
  });

  it('keeps what it knows of a record that is listed as newer than the export has it and cannot be had, and names it', async () => {
    await site.addPackages('lodash@4.17.20');
    const then = '2026-01-01T00:00:00Z';
    const old = ['GHSA-1', 'GHSA-2'].map((id) => ({ name: `${id}.json`, text: record(id, '4.17.21') }));
    files.set('/npm/all.zip', zipBytes(old));
    publish([`${then},GHSA-1`, `${then},GHSA-2`], {});
    await site.bring(sourceId);
    const later = '2026-01-05T00:00:00Z';
    publish([`${later},GHSA-1`, `${then},GHSA-2`], { 'GHSA-1': record('GHSA-1', '4.17.22', { modified: later }) });
    await site.bring(sourceId);
    files.delete('/npm/GHSA-1.json');
    files.set('/npm/all.zip', zipBytes(old.slice(0, 1)));
    publish(['2026-01-20T00:00:00Z,GHSA-3', `${later},GHSA-1`], {
      'GHSA-3': record('GHSA-3', '4.17.23', { modified: '2026-01-20T00:00:00Z' }),
    });
    // What was downloaded before is asked for again.
    await site.database.$executeRaw`UPDATE feed SET fingerprint = fingerprint || '{"wholeAt": "2026-01-01T00:00:00Z"}'`;
    expect(await site.bring(sourceId)).toMatchObject({ removed: 1, problems: 1 });
    expect(await site.openMatches()).toEqual(['GHSA-1 lodash unknown -> 4.17.22', 'GHSA-3 lodash unknown -> 4.17.23']);
    const { problemSample } = await site.database.feedState.findFirstOrThrow();
    expect(problemSample).toMatchObject([{ code: 'osv-record-missing', path: 'GHSA-1.json' }]);
  });

  it('does not go back to what an export of before says, when all is fetched anew', async () => {
    await site.addPackages('lodash@4.17.20');
    files.set('/npm/all.zip', zipBytes([{ name: 'GHSA-1.json', text: record('GHSA-1', '1.0.0') }]));
    exportedAt = 'Thu, 01 Jan 2026 00:00:00 GMT';
    publish(['2026-01-01T00:00:00Z,GHSA-1'], {});
    await site.bring(sourceId);
    const changes = ['2026-01-01T06:00:00Z,GHSA-2', '2026-01-01T05:00:00Z,GHSA-1'];
    publish(changes, { 'GHSA-1': record('GHSA-1', '4.17.21'), 'GHSA-2': record('GHSA-2', '4.17.21') });
    await site.bring(sourceId);
    const open = ['GHSA-1 lodash unknown -> 4.17.21', 'GHSA-2 lodash unknown -> 4.17.21'];
    expect(await site.openMatches()).toEqual(open);
    await site.database.$executeRaw`UPDATE feed SET fingerprint = fingerprint || '{"wholeAt": "2026-01-01T00:00:00Z"}'`;
    expect(await site.bring(sourceId)).toMatchObject({ records: 2, changed: 0, removed: 0, problems: 0 });
    expect(await site.openMatches()).toEqual(open);
  });
});
