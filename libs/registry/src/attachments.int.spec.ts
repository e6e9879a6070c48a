import { attachmentsOf, documentsOf, readAttached } from './attachments';
import { createRegistryClient } from './client';
import { sha256, StandIns } from './spec-support';

const servers = new StandIns();
afterAll(() => servers.close());

const subject = sha256('an image');
const tag = subject.replace(':', '-');
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

interface Answer {
  readonly body: string;
  readonly type?: string;
  readonly link?: string;
}

/** A registry that has these paths of `team/api`, and of the rest says that there is no such thing. */
async function registry(paths: Readonly<Record<string, Answer>>) {
  const server = await servers.start((request, response) => {
    const answer = paths[(request.url ?? '').replace('/v2/team/api/', '')];
    if (answer === undefined) return void response.writeHead(404).end();
    const headers = {
      'Content-Type': answer.type ?? indexType,
      ...(answer.link !== undefined && { Link: answer.link }),
    };
    response.writeHead(200, headers).end(answer.body);
  });
  const client = createRegistryClient({ registry: `http://${server.host}`, attempts: 1 });
  return { client, repository: 'team/api' };
}

function list(...items: readonly (readonly [digest: string, artifactType: string])[]): string {
  const manifests = items.map(([digest, artifactType]) => ({ mediaType: manifestType, digest, size: 2, artifactType }));
  return JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests });
}

async function found(place: Awaited<ReturnType<typeof registry>>): Promise<readonly (string | undefined)[]> {
  const types: (string | undefined)[] = [];
  for await (const { artifactType } of attachmentsOf(place, subject)) types.push(artifactType);
  return types;
}

const [one, two, three] = [sha256('one'), sha256('two'), sha256('three')];

describe('what is attached to an image', () => {
  it('is looked for in every page of the list, and under the tags besides, each thing once', async () => {
    const place = await registry({
      [`referrers/${subject}`]: { body: list([one, 'a']), link: `</v2/team/api/more>; rel="next"` },
      more: { body: list([two, 'b']) },
      [`manifests/${tag}`]: { body: list([two, 'b'], [three, 'c']) },
      [`manifests/${tag}.att`]: { body: '{}', type: manifestType },
    });
    expect(await found(place)).toEqual(['a', 'b', 'c', undefined]);
  });

  it('is found by its tag where the registry has no list', async () => {
    expect(await found(await registry({ [`manifests/${tag}`]: { body: list([one, 'a']) } }))).toEqual(['a']);
    expect(await found(await registry({}))).toEqual([]);
  });

  it('is refused where it is more than anybody attaches', async () => {
    const many = Array.from({ length: 1_001 }, (_, n) => [sha256(String(n)), 'a'] as const);
    const place = await registry({ [`referrers/${subject}`]: { body: list(...many) } });
    await expect(found(place)).rejects.toMatchObject({ code: 'attachments-too-many' });
  });
});

describe('a document that is attached', () => {
  it('is a layer of its manifest, which says what it is, and has to be what its digest names', async () => {
    const layer = { mediaType: 'application/json', digest: sha256('{"a":1}'), size: 7 };
    const body = JSON.stringify({
      config: { mediaType: 'application/x-vex' },
      layers: [layer],
      annotations: { by: 'me' },
    });
    const place = await registry({
      [`manifests/${sha256(body)}`]: { body, type: manifestType },
      [`blobs/${layer.digest}`]: { body: '{"a":1}' },
      [`blobs/${one}`]: { body: '{"a":2}' },
    });
    const documents = await documentsOf(place, { digest: sha256(body), artifactType: undefined });
    expect(documents).toEqual([{ ...layer, artifactType: 'application/x-vex', annotations: { by: 'me' } }]);
    expect(await readAttached(place, layer)).toEqual({ a: 1 });
    const refused = [
      [{ digest: one, size: 7 }, 'attachment-digest-mismatch'],
      [{ digest: two, size: 17 * 1024 * 1024 }, 'attachment-too-large'],
      [{ digest: three, size: 7 }, 'blob-unknown'],
    ] as const;
    for (const [descriptor, code] of refused)
      await expect(readAttached(place, descriptor)).rejects.toMatchObject({ code });
  });
});
