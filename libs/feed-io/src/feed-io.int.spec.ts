import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isUnchanged, toFetchAnew, type Fetched, type FetchedSnapshot, type Snapshot } from '@tidewaiter/feeds';
import { createFeedIo } from './feed-io';
import { openSnapshot } from './snapshot';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'feed-io-'));
});
afterEach(() => rm(directory, { recursive: true }));

function changed(result: Fetched): FetchedSnapshot {
  if (isUnchanged(result)) throw new Error('said to be unchanged');
  return result;
}

async function contents(snapshot: Snapshot): Promise<readonly string[]> {
  const seen: string[] = [];
  for (const part of snapshot.parts) {
    for await (const file of part.files()) {
      const bytes = Buffer.alloc(file.sizeBytes);
      await file.read(bytes, 0);
      seen.push(`${part.name}: ${file.name} ${bytes.toString('utf8')}`);
    }
  }
  return seen;
}

async function problems({ parts }: Snapshot): Promise<readonly string[]> {
  const seen: string[] = [];
  for (const part of parts) {
    for await (const { problem } of part.files())
      if (problem !== undefined) seen.push(`${problem.code} ${problem.path}`);
  }
  return seen;
}

describe('local sources', () => {
  it('are zips, each a part of its own, and loose files, together one part, in a fixed order', async () => {
    const root = join(directory, 'osv');
    await mkdir(join(root, 'npm'), { recursive: true });
    await mkdir(join(root, 'loose'));
    await writeFile(join(root, 'npm', 'all.zip'), 'n');
    await writeFile(join(root, 'Debian.zip'), 'd');
    await writeFile(join(root, 'loose', 'b.json'), '2');
    await writeFile(join(root, 'loose', 'a.json'), '1');
    await writeFile(join(root, '.hidden.json'), 'x');
    await writeFile(join(root, 'README.md'), 'x');
    await writeFile(join(root, 'Red Hat.tar.zst'), 'r');
    await writeFile(join(root, 'loose', 'oval.xml.bz2'), '3');
    expect(await contents(await openSnapshot(root))).toEqual([
      'Debian: Debian.zip d',
      'Red Hat: Red Hat.tar.zst r',
      'npm: npm/all.zip n',
      'osv: loose/a.json 1',
      'osv: loose/b.json 2',
      'osv: loose/oval.xml.bz2 3',
    ]);
  });

  it('are read through links, each directory once, whatever else a link leads to', async () => {
    const [root, elsewhere] = [join(directory, 'osv'), join(directory, 'elsewhere')];
    for (const made of [root, elsewhere]) await mkdir(made);
    await writeFile(join(elsewhere, 'b.json'), '2');
    await writeFile(join(root, 'a.json'), '1');
    await symlink(elsewhere, join(root, 'npm'));
    await symlink(root, join(elsewhere, 'loop'));
    await symlink('nowhere', join(root, 'README'));
    await symlink('/dev/zero', join(root, 'zero.json'));
    const io = createFeedIo({ source: root, directory });
    const { fingerprint, snapshot } = changed(await io.local(root, undefined));
    expect(await contents(snapshot)).toEqual(['osv: a.json 1', 'osv: npm/b.json 2']);
    expect(await io.local(root, fingerprint)).toBe('unchanged');
    await writeFile(join(elsewhere, 'b.json'), '22');
    expect(await io.local(root, fingerprint)).not.toBe('unchanged');
  });

  it('with a file that cannot be opened are not read, and say which', async () => {
    await symlink('nowhere', join(directory, 'a.json'));
    await expect(contents(await openSnapshot(directory))).rejects.toMatchObject({ code: 'feed-file-unreadable' });
  });

  it('are unchanged until a name, a size or a time changes', async () => {
    const path = join(directory, 'a.json');
    await writeFile(path, '1');
    const io = createFeedIo({ source: directory, directory });
    const first = changed(await io.local(directory, undefined));
    expect(await io.local(directory, first.fingerprint)).toBe('unchanged');
    await utimes(path, new Date(), new Date(Date.now() + 5000));
    const second = changed(await io.local(directory, first.fingerprint));
    await writeFile(join(directory, 'b.json'), '1');
    changed(await io.local(directory, second.fingerprint));
  });

  it('miss an archive, and a directory of more documents than are taken back at once, until they are there again', async () => {
    const root = join(directory, 'csaf');
    const write = async (year: string, count: number): Promise<void> => {
      await mkdir(join(root, year), { recursive: true });
      for (let n = 0; n < count; n += 1) await writeFile(join(root, year, `${n}.json`), '{}');
    };
    await write('2019', 11);
    await write('2020', 10);
    await write('2021', 11);
    await writeFile(join(root, 'npm.zip'), 'x');
    const io = createFeedIo({ source: root, directory });
    const first = changed(await io.local(root, undefined));
    expect(Object.keys(first.fingerprint.files ?? {}).sort()).toEqual(['2019', '2021', 'npm.zip']);
    for (const name of ['2019', '2020', 'npm.zip']) await rm(join(root, name), { recursive: true });
    const second = changed(await io.local(root, first.fingerprint));
    const [missing] = second.snapshot.problems ?? [];
    expect([missing?.code, missing?.path, missing?.fatal]).toEqual(['feed-file-gone', 'npm.zip', true]);
    expect(await problems(second.snapshot)).toEqual(['feed-file-gone 2019']);
    const anew = changed(await io.local(root, toFetchAnew(second.fingerprint)));
    expect(await problems(anew.snapshot)).toEqual(['feed-file-gone 2019']);
    const believing = createFeedIo({ source: root, directory, isGoneBelieved: true });
    const believed = changed(await believing.local(root, toFetchAnew(second.fingerprint)));
    expect(Object.keys(believed.fingerprint.files ?? {})).toEqual(['2021']);
    await write('2019', 11);
    await writeFile(join(root, 'npm.zip'), 'x');
    const third = changed(await io.local(root, second.fingerprint));
    expect([await problems(third.snapshot), third.snapshot.problems]).toEqual([[], []]);
  });

  it('miss each document of a feed that has one for all of a release', async () => {
    const root = join(directory, 'secdb');
    await mkdir(root);
    for (const name of ['main.json', 'community.json']) await writeFile(join(root, name), '{}');
    const io = createFeedIo({ source: root, directory });
    const { fingerprint } = changed(await io.local(root, undefined, { isEachLasting: true }));
    await rm(join(root, 'community.json'));
    const { snapshot } = changed(await io.local(root, fingerprint, { isEachLasting: true }));
    expect(await problems(snapshot)).toEqual(['feed-file-gone community.json']);
  });

  it.each([
    ['missing', 'feed-source-missing'],
    ['empty', 'feed-source-empty'],
    ['notes.txt', 'feed-source-unknown'],
    ['twice', 'feed-source-twice'],
  ])('that are %s are named', async (name, code) => {
    await mkdir(join(directory, 'empty'));
    await writeFile(join(directory, 'notes.txt'), 'x');
    for (const inner of ['a', 'b']) {
      await mkdir(join(directory, 'twice', inner), { recursive: true });
      await writeFile(join(directory, 'twice', inner, 'npm.zip'), 'x');
    }
    await expect(openSnapshot(join(directory, name))).rejects.toMatchObject({ code });
  });
});

describe('downloads', () => {
  type Answer = (request: IncomingMessage, response: ServerResponse) => void;
  let server: Server;
  let answer: Answer;
  let origin: string;

  beforeEach(async () => {
    server = createServer((request, response) => {
      answer(request, response);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    // A server on a TCP port has an address object, never a path.
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );

  const io = (options: { maxBytes?: number; timeoutMs?: number; stallMs?: number } = {}) =>
    createFeedIo({ source: origin, directory, ...options });

  it('are kept, named by their address, and asked for again with both validators', async () => {
    const asked: IncomingMessage['headers'][] = [];
    answer = (request, response) => {
      asked.push(request.headers);
      if (request.headers['if-none-match'] === '"v1"') {
        response.writeHead(304).end();
        return;
      }
      response.writeHead(200, { etag: '"v1"', 'last-modified': 'Tue, 07 Jan 2025 00:00:00 GMT' }).end('bytes');
    };
    const first = changed(await io().download(`${origin}/npm/all.zip`, undefined));
    expect(first.fingerprint).toMatchObject({ etag: '"v1"', lastModified: 'Tue, 07 Jan 2025 00:00:00 GMT' });
    expect((await contents(first.snapshot))[0]).toBe('npm: all.zip bytes');
    expect(await io().download(`${origin}/npm/all.zip`, first.fingerprint)).toBe('unchanged');
    expect(asked[1]).toMatchObject({
      'if-none-match': '"v1"',
      'if-modified-since': 'Tue, 07 Jan 2025 00:00:00 GMT',
    });
  });

  it('with the same bytes are unchanged, and are known by what the other side calls them now', async () => {
    let etag = '"v1"';
    answer = (request, response) => {
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag }).end('bytes');
    };
    const url = `${origin}/npm/all.zip`;
    const first = changed(await io().download(url, undefined));
    etag = '"v2"';
    const again = await io().download(url, first.fingerprint);
    expect(again).toEqual({ fingerprint: { ...first.fingerprint, etag } });
    expect(await io().download(url, again === 'unchanged' ? undefined : again.fingerprint)).toBe('unchanged');
  });

  it('follow redirects on the same host and to no other', async () => {
    answer = (request, response) => {
      if (request.url === '/a.zip') response.writeHead(302, { location: '/b.zip' }).end();
      else if (request.url === '/b.zip') response.writeHead(200).end('bytes');
      else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
      else response.writeHead(302, { location: 'http://elsewhere.example/x.zip' }).end();
    };
    changed(await io().download(`${origin}/a.zip`, undefined));
    const refused = { code: 'feed-redirect-refused' };
    await expect(io().download(`${origin}/away.zip`, undefined)).rejects.toMatchObject(refused);
    await expect(io().download(`${origin}/loop`, undefined)).rejects.toMatchObject(refused);
  });

  it('that fail leave the last good one and nothing half done', async () => {
    answer = (_, response) => response.writeHead(200).end('good');
    const good = changed(await io().download(`${origin}/npm/all.zip`, undefined));
    answer = (_, response) => response.writeHead(503, { 'retry-after': '7' }).end();
    await expect(io().download(`${origin}/npm/all.zip`, undefined)).rejects.toMatchObject({
      code: 'feed-answer-unusable',
      retryAfterSeconds: 7,
    });
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    };
    await expect(io().download(`${origin}/npm/all.zip`, undefined)).rejects.toMatchObject({ code: 'feed-unreachable' });
    expect((await contents(good.snapshot))[0]).toMatch(/good$/);
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('wait no longer than a quarter of an hour for a server that asks for more', async () => {
    answer = (_, response) => response.writeHead(429, { 'retry-after': '31536000' }).end();
    await expect(io().download(`${origin}/npm/all.zip`, undefined)).rejects.toMatchObject({
      retryAfterSeconds: 900,
    });
  });

  it('end at their limits of size and time', async () => {
    answer = (_, response) => response.writeHead(200).end('x'.repeat(2000));
    await expect(io({ maxBytes: 1000 }).download(`${origin}/x.zip`, undefined)).rejects.toMatchObject({
      code: 'feed-too-large',
    });
    answer = (_, response) => response.writeHead(200).write('x');
    await expect(io({ timeoutMs: 100 }).download(`${origin}/x.zip`, undefined)).rejects.toMatchObject({
      code: 'feed-unreachable',
    });
    await expect(io({ stallMs: 100 }).download(`${origin}/x.zip`, undefined)).rejects.toMatchObject({
      code: 'feed-unreachable',
      message: expect.stringContaining('nothing came for 100 ms'),
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('of an address without a file name are what their bytes say', async () => {
    answer = (request, response) => response.end(request.url === '/data/json' ? '{}' : 'PK..');
    const nameOf = async (path: string) => contents(changed(await io().download(origin + path, undefined)).snapshot);
    expect(await nameOf('/data/json')).toEqual(['json: json.json {}']);
    expect(await nameOf('/latest')).toEqual(['latest: latest.zip PK..']);
  });

  it('of an address without a file name are an archive where their bytes are one', async () => {
    const tar = Buffer.alloc(1024);
    tar.write('a/vex.json');
    tar.write('ustar', 257);
    for (const [bytes, name] of [
      [tar, 'main.tar'],
      [gzipSync(tar), 'main.tar.gz'],
      [gzipSync('{}'), 'main.json'],
      [Buffer.from('{}'), 'main.json'],
    ] as const) {
      answer = (_, response) => response.writeHead(200).end(bytes);
      const { snapshot } = changed(await io().download(`${origin}/hub/tar.gz/refs/heads/main`, undefined));
      expect((await contents(snapshot))[0]?.split(' ')[1]).toBe(name);
    }
  });

  it('are asked for whole again when what was stored is gone', async () => {
    answer = (request, response) =>
      request.headers['if-none-match'] === undefined
        ? response.writeHead(200, { etag: '"v1"' }).end('bytes')
        : response.writeHead(304).end();
    const first = changed(await io().download(`${origin}/a.json.gz`, undefined));
    expect(await readdir(directory)).toEqual([expect.stringMatching(/\.json\.gz$/)]);
    await rm(directory, { recursive: true });
    await mkdir(directory);
    expect(await io().download(`${origin}/a.json.gz`, first.fingerprint)).toBe('unchanged');
    expect(await readdir(directory)).toHaveLength(1);
  });

  describe('of a source with several files', () => {
    const file = (name: string, more: object = {}) => ({ url: `${origin}/${name}`, name, part: 'alpine', ...more });
    let bodies: Record<string, string | Buffer>;
    let answered: string[];

    beforeEach(() => {
      bodies = { 'main.json': 'm1', 'community.json': 'c1' };
      answered = [];
      answer = (request, response) => {
        const name = request.url?.slice(1) ?? '';
        const body = bodies[name];
        const etag = `"${createHash('sha1')
          .update(body ?? '')
          .digest('hex')}"`;
        if (body === undefined) response.writeHead(404).end();
        else if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
        else {
          answered.push(name);
          response.writeHead(200, { etag }).end(body);
        }
      };
    });

    it('fetch what changed alone and read the rest from where it is stored', async () => {
      const files = [file('main.json'), file('community.json'), file('none.json', { isOptional: true })];
      const first = changed(await io().downloadAll(files, undefined));
      expect(await contents(first.snapshot)).toEqual(['alpine: main.json m1', 'alpine: community.json c1']);
      expect(await io().downloadAll(files, first.fingerprint)).toBe('unchanged');
      bodies['community.json'] = 'c2';
      const second = changed(await io().downloadAll(files, first.fingerprint));
      expect(await contents(second.snapshot)).toEqual(['alpine: main.json m1', 'alpine: community.json c2']);
      expect(answered).toEqual(['main.json', 'community.json', 'community.json']);
      bodies['none.json'] = 'n1';
      const third = changed(await io().downloadAll(files, second.fingerprint));
      expect(await contents(third.snapshot)).toHaveLength(3);
      changed(await io().downloadAll(files.slice(0, 1), third.fingerprint));
      expect(await readdir(directory)).toHaveLength(1);
    });

    it('with the same bytes are unchanged, and each is known by what is said of it now', async () => {
      const files = (version: string) => [file('main.json', { version }), file('community.json')];
      const first = changed(await io().downloadAll(files('v1'), undefined));
      const last = { ...first.fingerprint, cursor: '7' };
      expect(await io().downloadAll(files('v1'), last)).toBe('unchanged');
      const again = await io().downloadAll(files('v2'), last);
      expect(again).toMatchObject({
        fingerprint: { cursor: '7', files: { [`${origin}/main.json`]: { version: 'v2' } } },
      });
      expect(again).not.toHaveProperty('snapshot');
    });

    it('that do not go of themselves stay with what they last said, as a problem, until they are there again', async () => {
      const lasting = { isOptional: true, isLasting: true };
      const files = [file('main.json'), file('community.json', lasting), file('never.json', lasting)];
      const first = changed(await io().downloadAll(files, undefined));
      const { 'community.json': community = '', ...others } = bodies;
      bodies = others;
      const second = changed(await io().downloadAll(files, first.fingerprint));
      expect(await contents(second.snapshot)).toEqual(['alpine: main.json m1', 'alpine: community.json c1']);
      expect(await problems(second.snapshot)).toEqual(['feed-file-gone community.json']);
      expect(await io().downloadAll(files, second.fingerprint)).toBe('unchanged');
      const anew = changed(await io().downloadAll(files, toFetchAnew(second.fingerprint)));
      expect(await problems(anew.snapshot)).toEqual(['feed-file-gone community.json']);
      bodies = {};
      const none = { code: 'feed-answer-unusable' };
      await expect(io().downloadAll(files.slice(1), second.fingerprint)).rejects.toMatchObject(none);
      bodies = { ...others, 'community.json': community };
      const third = changed(await io().downloadAll(files, second.fingerprint));
      expect(third.fingerprint).toEqual(first.fingerprint);
      expect(await problems(third.snapshot)).toEqual([]);
    });

    it('that do not go of themselves are gone where that is believed, and fail where nothing of them is here', async () => {
      const files = [file('main.json'), file('community.json', { isOptional: true, isLasting: true })];
      const { fingerprint } = changed(await io().downloadAll(files, undefined));
      bodies = { 'main.json': 'm1' };
      for (const name of await readdir(directory)) await rm(join(directory, name));
      await expect(io().downloadAll(files, fingerprint)).rejects.toMatchObject({ code: 'feed-file-gone' });
      const believing = createFeedIo({ source: origin, directory, isGoneBelieved: true });
      const { snapshot } = changed(await believing.downloadAll(files, fingerprint));
      expect(await contents(snapshot)).toEqual(['alpine: main.json m1']);
    });

    it('are not asked for while the list of the source says the same of them', async () => {
      const files = (version: string) => [file('main.json', { version })];
      const first = changed(await io().downloadAll(files('v1'), undefined));
      bodies['main.json'] = 'm2';
      expect(await io().downloadAll(files('v1'), first.fingerprint)).toBe('unchanged');
      expect(await contents(changed(await io().downloadAll(files('v2'), first.fingerprint)).snapshot)).toEqual([
        'alpine: main.json m2',
      ]);
    });

    it('fail as one when a file that has to be there is not, or has other bytes than stated', async () => {
      await expect(io().downloadAll([file('main.json'), file('none.json')], undefined)).rejects.toMatchObject({
        code: 'feed-answer-unusable',
      });
      await expect(io().downloadAll([file('none.json', { isOptional: true })], undefined)).rejects.toMatchObject({
        code: 'feed-answer-unusable',
      });
      const stated = createHash('sha256').update('m1').digest('hex');
      changed(await io().downloadAll([file('main.json', { sha256: stated })], undefined));
      bodies['main.json'] = 'm2';
      await expect(io().downloadAll([file('main.json', { sha256: stated })], undefined)).rejects.toMatchObject({
        code: 'feed-checksum-wrong',
      });
    });

    it('leave what was stored before where they are not as stated, by their bytes or by what they inflate to', async () => {
      const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex');
      const inflated = (text: string, version: string) => ({ version, inflatedSha256: sumOf(text) });
      bodies['year.json.gz'] = gzipSync('one');
      const first = changed(await io().downloadAll([file('year.json.gz', inflated('one', '1'))], undefined));
      const stored = await readdir(directory);
      bodies['year.json.gz'] = gzipSync('two');
      const wrong = { code: 'feed-checksum-wrong' };
      for (const stated of [inflated('other', '2'), { version: '2', sha256: sumOf('other') }]) {
        const asked = io().downloadAll([file('year.json.gz', stated)], first.fingerprint);
        await expect(asked).rejects.toMatchObject(wrong);
      }
      bodies['year.json.gz'] = 'no gzip';
      const asked = io().downloadAll([file('year.json.gz', inflated('no gzip', '2'))], first.fingerprint);
      await expect(asked).rejects.toMatchObject(wrong);
      expect(await readdir(directory)).toEqual(stored);
      expect(gunzipSync(await readFile(join(directory, stored[0] ?? ''))).toString()).toBe('one');
    });

    it('are as stated where a server calls them coded and they arrive inflated', async () => {
      const bytes = gzipSync('one');
      const sumOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
      answer = (_, response) => response.writeHead(200, { 'content-encoding': 'x-gzip' }).end(bytes);
      const inflatedSha256 = sumOf('one');
      for (const stated of [
        { sha256: sumOf(bytes), inflatedSha256 },
        { version: '1', inflatedSha256 },
      ]) {
        const { snapshot } = changed(await io().downloadAll([file('a.json.gz', stated)], undefined));
        expect(await contents(snapshot)).toEqual(['alpine: a.json.gz one']);
      }
      const other = io().downloadAll([file('a.json.gz', { sha256: sumOf(bytes) })], undefined);
      await expect(other).rejects.toMatchObject({ code: 'feed-checksum-wrong' });
    });

    it('are never asked of another machine, whatever the source says', async () => {
      const away = { url: 'http://169.254.169.254/latest', name: 'x', part: 'x' };
      const refused = { code: 'feed-address-refused' };
      await expect(io().downloadAll([away], undefined)).rejects.toMatchObject(refused);
      await expect(io().get(away.url)).rejects.toMatchObject(refused);
    });

    it('are found through small documents', async () => {
      expect((await io().get(`${origin}/main.json`)).toString()).toBe('m1');
      expect(await readdir(directory)).toEqual([]);
    });
  });
});
