import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { extracted } from '../spec-extraction';
import { extendedSupportOf } from './extended-support';
import { contentSets } from './content-sets';

const manifest = 'root/buildinfo/content_manifests/ubi8-container-8.4-206.json';
const history = 'var/lib/dnf/history.sqlite';

async function sets(path: string, content: string | Uint8Array) {
  const { contentSets: found, problems } = await extracted(contentSets, path, content);
  return problems.length === 0 ? (found ?? []) : problems.map((problem) => problem.code);
}

describe('a content manifest', () => {
  it('states content sets, without the number of the build (trap 43)', async () => {
    const text = JSON.stringify({
      metadata: { icm_version: 1, icm_spec: 'https://example.com', image_layer_index: 0 },
      content_sets: ['rhel-8-for-x86_64-baseos-rpms__8', 'rhel-9-eus__9_DOT_2', 'rhel-8-for-x86_64-baseos-rpms'],
      image_contents: [],
    });
    expect(await sets(manifest, text)).toEqual(['rhel-8-for-x86_64-baseos-rpms', 'rhel-9-eus__9_DOT_2']);
  });

  it('that is a guess from dnf states nothing', async () => {
    expect(await sets(manifest, '{"from_dnf_hint":true,"content_sets":["rhel-8-guess"]}')).toEqual([]);
  });

  it('is not every file beside it', async () => {
    expect(await sets('usr/share/buildinfo/labels.json', '{"name":"ubi8","architecture":"x86_64"}')).toEqual([]);
  });

  it.each(['', '[]', 'null', '{"content_sets":[1]}', '{"content_sets":"x"}', '{'])(
    'that is %j is a problem',
    async (text) => {
      expect(await sets(manifest, text)).toEqual(['content-manifest-invalid']);
    },
  );
});

describe('extended support', () => {
  it.each([
    [['rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2', 'rhel-9-for-x86_64-appstream-eus-rpms__9_DOT_2'], ['eus']],
    [['rhel-8-for-ppc64le-baseos-e4s-rpms__8_DOT_6'], ['e4s']],
    [['rhel-7-server-eus-rpms'], ['eus']],
    [['rhel-8-for-x86_64-baseos-rpms', 'ubi-8-appstream-rpms', 'rhocp-4.13-for-rhel-9-x86_64-rpms'], []],
    [['somebody-eus-rpms'], []],
  ])('of %j is %j', (sets, expected) => {
    expect(extendedSupportOf(sets)).toEqual(expected);
  });
});

describe('the history of dnf', () => {
  it('as dnf 4 wrote it names the repositories of what is still installed', async () => {
    const bytes = gunzipSync(readFileSync(new URL('./__fixtures__/history.sqlite.gz', import.meta.url)));
    // One package was removed again, one upgraded: "gone" and "first" had only those.
    expect(await sets(history, bytes)).toEqual(['appstream-rpms', 'baseos-rpms', 'updates-rpms']);
  });

  it('as dnf 5 writes it names them too', async () => {
    const bytes = database(`
      CREATE TABLE repo (id INTEGER PRIMARY KEY, repoid TEXT);
      CREATE TABLE trans_item_action (id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE trans_item (id INTEGER PRIMARY KEY, trans_id, item_id, repo_id, action_id, reason_id, state_id);
      INSERT INTO repo VALUES (1, 'baseos'), (2, 'gone'), (3, '@System'), (4, 'replaced');
      INSERT INTO trans_item_action VALUES (1, 'Install'), (2, 'Upgrade'), (5, 'Remove'), (6, 'Replaced');
      INSERT INTO trans_item VALUES (1, 1, 10, 1, 1, 1, 1), (2, 1, 11, 2, 1, 1, 1), (3, 1, 12, 4, 1, 1, 1),
        (4, 2, 11, 3, 5, 1, 1), (5, 2, 12, 3, 6, 1, 1), (6, 2, 13, 1, 2, 1, 1)`);
    expect(await sets('usr/lib/sysimage/libdnf5/transaction_history.sqlite', bytes)).toEqual(['baseos']);
  });

  it.each([
    ['no database', Buffer.from('something else')],
    ['a database of something else', database('CREATE TABLE t (a)')],
  ])('that is %s is a problem', async (_name, bytes) => {
    expect(await sets(history, bytes)).toEqual(['dnf-history-damaged']);
  });
});

function database(sql: string): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-dnf-'));
  try {
    const path = join(directory, 'history.sqlite');
    const native = new DatabaseSync(path);
    native.exec(sql);
    native.close();
    return readFileSync(path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
