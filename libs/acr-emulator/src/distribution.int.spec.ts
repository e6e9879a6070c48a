import { request } from 'node:http';
import { mediaTypes } from '@tidewaiter/contracts';
import type { AcrEmulator } from './emulator';
import { errorCode, fieldOf, Harness, RawClient, sha256 } from './spec-support';

/** The rules of https://github.com/opencontainers/distribution-spec/blob/main/spec.md, by its section names. */
const harness = new Harness();
let emulator: AcrEmulator;
let client: RawClient;

beforeAll(async () => {
  emulator = await harness.emulator();
  client = new RawClient(emulator.url);
});

afterAll(() => harness.close());

function locationOf(response: Response, digest?: string): string {
  const location = new URL(response.headers.get('location') ?? '', emulator.url);
  if (digest !== undefined) location.searchParams.set('digest', digest);
  return location.href;
}

/** What a manifest may have. */
const largest = 4 * 1024 * 1024;

/** Of the answer to a PUT whose end is never sent: a client that still sends when it is refused may miss the answer. */
function statusOf(
  { path, headers }: { readonly path: string; readonly headers: Readonly<Record<string, string>> },
  body: string,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, emulator.url), {
      method: 'PUT',
      headers: { Authorization: client.authorization, ...headers },
    });
    sent.once('error', reject).once('response', (response) => {
      resolve(response.statusCode);
      sent.destroy();
    });
    sent.flushHeaders();
    if (body !== '') sent.write(body);
  });
}

async function startUpload(repository = 'push/blobs'): Promise<Response> {
  const response = await client.send('POST', `/v2/${repository}/blobs/uploads/`);
  expect(response.status).toBe(202);
  return response;
}

describe('pushing blobs', () => {
  it('takes a blob in one POST', async () => {
    const digest = sha256('one request');
    const response = await client.send('POST', `/v2/push/blobs/blobs/uploads/?digest=${digest}`, {
      body: 'one request',
    });
    expect(response.status).toBe(201);
    const pulled = await client.send('GET', locationOf(response));
    expect(await pulled.text()).toBe('one request');
  });

  it('takes a blob in POST and PUT', async () => {
    const digest = sha256('two requests');
    const start = await startUpload();
    const done = await client.send('PUT', locationOf(start, digest), { body: 'two requests' });
    expect(done.status).toBe(201);
    expect(done.headers.get('docker-content-digest')).toBe(digest);
  });

  it('takes a blob in chunks and reports how far it is', async () => {
    const start = await startUpload();
    const first = await client.send('PATCH', locationOf(start), { headers: { 'Content-Range': '0-4' }, body: 'hello' });
    expect(first.status).toBe(202);
    expect(first.headers.get('range')).toBe('0-4');
    const status = await client.send('GET', locationOf(first));
    expect(status.status).toBe(204);
    expect(status.headers.get('range')).toBe('0-4');
    const second = await client.send('PATCH', locationOf(status), {
      headers: { 'Content-Range': '5-9' },
      body: 'world',
    });
    expect(second.headers.get('range')).toBe('0-9');
    const done = await client.send('PUT', locationOf(second, sha256('helloworld!')), {
      headers: { 'Content-Range': '10-10' },
      body: '!',
    });
    expect(done.status).toBe(201);
  });

  it('refuses a chunk out of order with 416 and says where the upload stands', async () => {
    const start = await startUpload();
    await client.send('PATCH', locationOf(start), { headers: { 'Content-Range': '0-4' }, body: 'hello' });
    for (const range of ['0-4', '6-10']) {
      const wrong = await client.send('PATCH', locationOf(start), {
        headers: { 'Content-Range': range },
        body: 'world',
      });
      expect(wrong.status).toBe(416);
      expect(wrong.headers.get('range')).toBe('0-4');
    }
  });

  it('refuses a Content-Range that is not the length of the body', async () => {
    const start = await startUpload();
    const wrong = await client.send('PATCH', locationOf(start), { headers: { 'Content-Range': '0-9' }, body: 'hello' });
    expect(wrong.status).toBe(400);
  });

  it('refuses content that is not what its digest says, and forgets it', async () => {
    const start = await startUpload();
    const wrong = await client.send('PUT', locationOf(start, sha256('something else')), { body: 'this' });
    expect(wrong.status).toBe(400);
    expect(await errorCode(wrong)).toBe('DIGEST_INVALID');
    expect((await client.send('GET', locationOf(start))).status).toBe(404);
    expect((await client.send('HEAD', `/v2/push/blobs/blobs/${sha256('something else')}`)).status).toBe(404);
  });

  it('cancels an upload', async () => {
    const start = await startUpload();
    expect((await client.send('DELETE', locationOf(start))).status).toBe(204);
    const late = await client.send('PATCH', locationOf(start), { body: 'late' });
    expect(late.status).toBe(404);
    expect(await errorCode(late)).toBe('BLOB_UPLOAD_UNKNOWN');
  });

  it('keeps an upload to the repository it was started in', async () => {
    const start = await startUpload();
    const elsewhere = locationOf(start).replace('/push/blobs/', '/push/other/');
    expect((await client.send('PATCH', elsewhere, { body: 'x' })).status).toBe(404);
  });

  it('mounts a blob from another repository, and starts an upload when it is not there', async () => {
    const { digest } = await client.pushBlob('mount/from', 'to be mounted');
    expect((await client.send('HEAD', `/v2/mount/to/blobs/${digest}`)).status).toBe(404);
    const mounted = await client.send('POST', `/v2/mount/to/blobs/uploads/?mount=${digest}&from=mount/from`);
    expect(mounted.status).toBe(201);
    expect((await client.send('HEAD', `/v2/mount/to/blobs/${digest}`)).status).toBe(200);
    const absent = `/v2/mount/to/blobs/uploads/?mount=${sha256('nowhere')}&from=mount/from`;
    expect((await client.send('POST', absent)).status).toBe(202);
  });

  it('names a digest it cannot use', async () => {
    const response = await client.send('POST', '/v2/push/blobs/blobs/uploads/?digest=md5:1234', { body: 'x' });
    expect(response.status).toBe(400);
    expect(await errorCode(response)).toBe('DIGEST_INVALID');
  });
});

describe('pulling blobs', () => {
  it('gives ranges', async () => {
    const { digest } = await client.pushBlob('pull/blobs', '0123456789');
    const path = `/v2/pull/blobs/blobs/${digest}`;
    const cases: readonly [string, number, string, string | null][] = [
      ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
      ['bytes=7-', 206, '789', 'bytes 7-9/10'],
      ['bytes=-3', 206, '789', 'bytes 7-9/10'],
      ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
      ['bytes=10-', 416, '', 'bytes */10'],
      ['lines=1-2', 200, '0123456789', null],
    ];
    for (const [range, status, body, contentRange] of cases) {
      const response = await client.send('GET', path, { headers: { Range: range } });
      expect([range, response.status, await response.text()]).toEqual([range, status, body]);
      expect(response.headers.get('content-range')).toBe(contentRange);
    }
  });

  it('answers HEAD with the length and no body', async () => {
    const { digest } = await client.pushBlob('pull/blobs', 'twelve bytes');
    const response = await client.send('HEAD', `/v2/pull/blobs/blobs/${digest}`);
    expect(response.headers.get('content-length')).toBe('12');
    expect(await response.text()).toBe('');
  });

  it('knows no blob of another repository', async () => {
    const { digest } = await client.pushBlob('pull/blobs', 'private');
    const response = await client.send('GET', `/v2/pull/elsewhere/blobs/${digest}`);
    expect(response.status).toBe(404);
    expect(await errorCode(response)).toBe('BLOB_UNKNOWN');
  });
});

describe('pushing manifests', () => {
  const put = (repository: string, reference: string, body: string, type: string = mediaTypes.ociManifest) =>
    client.send('PUT', `/v2/${repository}/manifests/${reference}`, { headers: { 'Content-Type': type }, body });

  it('keeps the bytes exactly, by tag and by digest, and says their type and digest', async () => {
    const { bytes } = await client.imageDocument('push/manifests', 'exact');
    const spaced = bytes.replaceAll(',', ' ,\n');
    const pushed = await put('push/manifests', 'v1', spaced);
    expect(pushed.status).toBe(201);
    expect(pushed.headers.get('docker-content-digest')).toBe(sha256(spaced));
    for (const reference of ['v1', sha256(spaced)]) {
      for (const method of ['GET', 'HEAD']) {
        const pulled = await client.send(method, `/v2/push/manifests/manifests/${reference}`);
        expect(pulled.status).toBe(200);
        expect(pulled.headers.get('content-type')).toBe(mediaTypes.ociManifest);
        expect(pulled.headers.get('docker-content-digest')).toBe(sha256(spaced));
        expect(pulled.headers.get('content-length')).toBe(String(spaced.length));
        expect(await pulled.text()).toBe(method === 'GET' ? spaced : '');
      }
    }
  });

  it('refuses a manifest whose blobs are not in the repository', async () => {
    const { bytes } = await client.imageDocument('push/manifests', 'elsewhere');
    const response = await put('push/without-blobs', 'v1', bytes);
    expect(response.status).toBe(400);
    expect(await errorCode(response)).toBe('MANIFEST_BLOB_UNKNOWN');
    expect((await client.send('GET', '/v2/push/without-blobs/tags/list')).status).toBe(404);
  });

  it('refuses an index whose images are not in the repository, and takes it when they are', async () => {
    const image = await client.imageDocument('push/index', 'child');
    const child = { mediaType: mediaTypes.ociManifest, digest: image.digest, size: image.bytes.length };
    const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [child] });
    expect((await put('push/index', 'multi', index, mediaTypes.ociIndex)).status).toBe(400);
    expect((await put('push/index', image.digest, image.bytes)).status).toBe(201);
    expect((await put('push/index', 'multi', index, mediaTypes.ociIndex)).status).toBe(201);
  });

  it('refuses what is no manifest, and says so', async () => {
    const { bytes } = await client.imageDocument('push/manifests', 'broken');
    const wrong: readonly [string, string, string][] = [
      ['not JSON', '{', mediaTypes.ociManifest],
      ['another schema', '{"schemaVersion":1}', mediaTypes.ociManifest],
      ['another type than its header', bytes, mediaTypes.dockerManifest],
      ['an unknown type', bytes.replaceAll(mediaTypes.ociManifest, 'text/plain'), 'text/plain'],
      ['a wrong size', bytes.replace(/"size":\d+/, '"size":1'), mediaTypes.ociManifest],
      ['both image and index', bytes.replace('{', '{"manifests":[],'), mediaTypes.ociManifest],
    ];
    for (const [name, body, type] of wrong) {
      const response = await put('push/manifests', 'wrong', body, type);
      expect([name, response.status, await errorCode(response)]).toEqual([name, 400, 'MANIFEST_INVALID']);
    }
  });

  it("refuses a digest that is not the body's, a tag that is no tag and a name that is no name", async () => {
    const { bytes } = await client.imageDocument('push/manifests', 'misnamed');
    expect(await errorCode(await put('push/manifests', sha256('other'), bytes))).toBe('DIGEST_INVALID');
    expect(await errorCode(await put('push/manifests', '.tag', bytes))).toBe('TAG_INVALID');
    expect(await errorCode(await put('Push/Manifests', 'v1', bytes))).toBe('NAME_INVALID');
  });

  it.each([
    ['announced and not sent', { 'Content-Length': String(largest + 1) }, 0],
    ['sent and not announced', { 'Transfer-Encoding': 'chunked' }, largest + 1],
  ])('refuses a manifest of more than 4 MiB, %s', async (_, headers, bytes) => {
    const path = '/v2/push/manifests/manifests/huge';
    expect(await statusOf({ path, headers }, ' '.repeat(bytes))).toBe(413);
    expect((await client.send('GET', path)).status).toBe(404);
  });
});

describe('content discovery', () => {
  it('lists tags in order, by pages, along a relative link', async () => {
    for (const tag of ['b', 'a', 'd', 'c', 'e']) await client.pushImage('list/tags', tag, tag);
    const seen: unknown[] = [];
    let path: string | undefined = '/v2/list/tags/tags/list?n=2';
    while (path !== undefined) {
      const response = await client.send('GET', path);
      const body: unknown = await response.json();
      expect(body).toMatchObject({ name: 'list/tags' });
      seen.push(fieldOf(body, 'tags'));
      path = /^<(\/[^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    const none = await client.send('GET', '/v2/list/tags/tags/list?n=0');
    expect(await none.json()).toEqual({ name: 'list/tags', tags: [] });
    expect((await client.send('GET', '/v2/list/tags/tags/list?n=x')).status).toBe(400);
  });

  it('lists referrers, filtered by artifact type when asked', async () => {
    const subject = await client.pushImage('list/referrers', 'v1', 'subject');
    const path = `/v2/list/referrers/referrers/${subject.digest}`;
    expect(await (await client.send('GET', path)).json()).toEqual({
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: [],
    });
    const empty = await client.pushBlob('list/referrers', '{}');
    const signature = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: 'application/x-signature',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', ...empty },
      layers: [],
      subject: { mediaType: mediaTypes.ociManifest, digest: subject.digest, size: subject.bytes.length },
      annotations: { who: 'me' },
    });
    const pushed = await client.send('PUT', `/v2/list/referrers/manifests/${sha256(signature)}`, {
      headers: { 'Content-Type': mediaTypes.ociManifest },
      body: signature,
    });
    expect(pushed.headers.get('oci-subject')).toBe(subject.digest);
    const found = await client.send('GET', `${path}?artifactType=application/x-signature`);
    expect(found.headers.get('oci-filters-applied')).toBe('artifactType');
    expect(await found.json()).toMatchObject({
      manifests: [{ digest: sha256(signature), artifactType: 'application/x-signature', annotations: { who: 'me' } }],
    });
    expect(await (await client.send('GET', `${path}?artifactType=other/type`)).json()).toMatchObject({ manifests: [] });
  });
});

describe('content management', () => {
  it('takes away a tag and leaves the manifest', async () => {
    const { digest } = await client.pushImage('manage/tags', 'v1');
    await client.pushImage('manage/tags', 'v2');
    expect((await client.send('DELETE', '/v2/manage/tags/manifests/v1')).status).toBe(202);
    expect((await client.send('GET', '/v2/manage/tags/manifests/v1')).status).toBe(404);
    expect((await client.send('GET', `/v2/manage/tags/manifests/${digest}`)).status).toBe(200);
    expect((await client.send('GET', '/v2/manage/tags/manifests/v2')).status).toBe(200);
  });

  it('takes away a manifest with its tags, and the repository with its last manifest', async () => {
    const { digest } = await client.pushImage('manage/manifests', 'v1');
    expect((await client.send('DELETE', `/v2/manage/manifests/manifests/${digest}`)).status).toBe(202);
    const gone = await client.send('GET', '/v2/manage/manifests/manifests/v1');
    expect(gone.status).toBe(404);
    expect(await errorCode(gone)).toBe('MANIFEST_UNKNOWN');
    expect((await client.send('DELETE', `/v2/manage/manifests/manifests/${digest}`)).status).toBe(404);
    expect(await errorCode(await client.send('GET', '/v2/manage/manifests/tags/list'))).toBe('NAME_UNKNOWN');
  });

  it('takes away a blob of one repository and leaves it to the others', async () => {
    const { digest } = await client.pushBlob('manage/blobs', 'shared');
    await client.pushBlob('manage/others', 'shared');
    expect((await client.send('DELETE', `/v2/manage/blobs/blobs/${digest}`)).status).toBe(202);
    expect((await client.send('GET', `/v2/manage/blobs/blobs/${digest}`)).status).toBe(404);
    expect((await client.send('GET', `/v2/manage/others/blobs/${digest}`)).status).toBe(200);
  });

  it('says what it does not support', async () => {
    expect((await client.send('PATCH', '/v2/manage/tags/manifests/v2')).status).toBe(405);
    expect((await client.send('GET', '/v2/%E0%A4%A/tags/list')).status).toBe(400);
    expect((await client.send('GET', '/nothing')).status).toBe(404);
  });
});

describe('a restart', () => {
  it('keeps manifests, tags, blobs, unfinished uploads and tokens, and sweeps what nothing refers to', async () => {
    const dataDir = await harness.directory();
    const first = await harness.emulator({ dataDir, loginServer: 'contoso.azurecr.io' });
    const before = new RawClient(first.url);
    const { digest, bytes } = await before.pushImage('team/api', '1.0');
    const orphan = await before.pushBlob('team/api', 'orphan');
    await before.send('DELETE', `/v2/team/api/blobs/${orphan.digest}`);
    const start = await before.send('POST', '/v2/team/api/blobs/uploads/');
    const upload = start.headers.get('location') ?? '';
    await before.send('PATCH', upload, { body: 'first half, ' });
    const tokenUrl = '/oauth2/token?service=contoso.azurecr.io&scope=repository:team/api:pull,push';
    const token: unknown = await (await before.send('GET', tokenUrl)).json();
    await first.close();

    const second = await harness.emulator({ dataDir, loginServer: 'contoso.azurecr.io' });
    const bearer = fieldOf(token, 'access_token');
    const after = new RawClient(second.url, `Bearer ${String(bearer)}`);
    expect(await (await after.send('GET', '/v2/team/api/manifests/1.0')).text()).toBe(bytes);
    expect((await after.send('GET', `/v2/team/api/manifests/${digest}`)).status).toBe(200);
    const whole = sha256('first half, second half');
    const done = await after.send('PUT', `${upload}&digest=${whole}`, { body: 'second half' });
    expect(done.status).toBe(201);
    expect(await (await after.send('GET', `/v2/team/api/blobs/${whole}`)).text()).toBe('first half, second half');
    const swept = await after.send('POST', `/v2/team/api/blobs/uploads/?mount=${orphan.digest}&from=team/api`);
    expect(swept.status).toBe(202);
  });

  it('refuses a directory that another emulator holds', async () => {
    const dataDir = await harness.directory();
    await harness.emulator({ dataDir });
    await expect(harness.emulator({ dataDir })).rejects.toThrow('another emulator holds');
  });
});
