import { ConfiguredFeeds } from './configured-feeds';
import { EnrichmentFeeds } from './enrichment/enrichment-feeds';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonbText } from '@tidewaiter/db';
import { zipBytes } from '@tidewaiter/formats';
import { AdvisorySite, critical, medium, type RecordToWrite } from './testing/advisory-site';

let site: AdvisorySite;
let sourceId: string;

beforeEach(async () => {
  site = await AdvisorySite.open();
  sourceId = await site.addSource('npm', [
    { id: 'GHSA-lodash', aliases: ['CVE-2021-1000'], affects: { lodash: '4.17.21' } },
    { id: 'GHSA-minimist', aliases: ['CVE-2021-2000'], affects: { minimist: '1.2.6' } },
  ]);
});

afterEach(() => site.close());

describe('a refresh', () => {
  it('takes everything the first time and nothing when nothing changed', async () => {
    expect(await site.refreshSource.refresh(sourceId)).toMatchObject({
      state: 'changed',
      run: 1,
      records: 2,
      changed: 2,
    });
    const before = await site.database.advisory.findMany({ orderBy: { id: 'asc' } });
    expect(await site.refreshSource.refresh(sourceId)).toMatchObject({ state: 'unchanged', changed: 0, removed: 0 });
    expect(await site.database.advisory.findMany({ orderBy: { id: 'asc' } })).toEqual(before);
    expect(await site.database.feedState.findFirstOrThrow()).toMatchObject({
      state: 'ok',
      run: 1,
      records: 2,
      ecosystems: ['npm'],
    });
  });

  it('speaks of the ecosystems of its parts, and not of one that a record names in passing', async () => {
    const record = (id: string, ...ecosystems: readonly string[]) => {
      const ranges = [{ type: 'SEMVER', events: [{ introduced: '0' }] }];
      const affected = ecosystems.map((ecosystem) => ({ package: { ecosystem, name: 'phoenix' }, ranges }));
      return { name: `${id}.json`, text: JSON.stringify({ id, modified: '2026-01-01T00:00:00Z', affected }) };
    };
    const ecosystems = async () => {
      await site.refreshSource.refresh(exports);
      return (await site.database.feedState.findUniqueOrThrow({ where: { id: exports } })).ecosystems;
    };
    const exports = await site.addSource('exports');
    await site.writeRaw('exports', 'npm.zip', zipBytes([record('GHSA-1', 'npm', 'Hex')]));
    expect(await ecosystems()).toEqual(['npm']);
    await site.writeRaw('exports', 'Hex.zip', zipBytes([record('GHSA-2', 'Hex')]));
    expect(await ecosystems()).toEqual(['Hex', 'npm']);
    await rm(join(site.path('exports'), 'Hex.zip'));
    // An archive that is missing is not known to be gone.
    expect(await ecosystems()).toEqual(['Hex', 'npm']);
  });

  it('writes no record whose file was only touched', async () => {
    await site.refreshSource.refresh(sourceId);
    await site.rematch.drain();
    const before = await site.database.$queryRaw`SELECT id, xmin::text FROM advisory ORDER BY id`;
    await site.write('npm', { id: 'GHSA-lodash', aliases: ['CVE-2021-1000'], affects: { lodash: '4.17.21' } });
    expect(await site.refreshSource.refresh(sourceId)).toMatchObject({ state: 'changed', changed: 0, removed: 0 });
    expect(await site.database.$queryRaw`SELECT id, xmin::text FROM advisory ORDER BY id`).toEqual(before);
    expect(await site.dirtyKeys()).toEqual([]);
  });

  it('makes only the keys of a changed record dirty and judges only their packages', async () => {
    const [lodash, minimist] = await site.addPackages('lodash@4.17.20', 'minimist@1.2.0');
    await site.bring(sourceId);
    const judged = await site.database.package.findMany({ orderBy: { id: 'asc' } });
    await site.write('npm', {
      id: 'GHSA-lodash',
      aliases: ['CVE-2021-1000'],
      affects: { lodash: '4.17.22', other: null },
    });
    await site.refreshSource.refresh(sourceId);
    expect(await site.dirtyKeys()).toEqual(['lodash', 'other']);
    expect(await site.rematch.drain()).toEqual({ packages: 1, changes: 1, images: 0 });
    const again = await site.database.package.findMany({ orderBy: { id: 'asc' } });
    expect(again.find((row) => row.id === minimist)).toEqual(judged.find((row) => row.id === minimist));
    expect(again.find((row) => row.id === lodash)?.judgedAt).not.toEqual(
      judged.find((row) => row.id === lodash)?.judgedAt,
    );
    expect(await site.openMatches()).toEqual([
      'CVE-2021-1000 lodash critical -> 4.17.22',
      'CVE-2021-2000 minimist critical -> 1.2.6',
    ]);
  });

  it('reaches the package an advisory no longer speaks of', async () => {
    await site.addPackages('lodash@4.17.20');
    await site.bring(sourceId);
    await site.write('npm', { id: 'GHSA-lodash', aliases: ['CVE-2021-1000'], affects: { 'lodash-es': '4.17.21' } });
    await site.bring(sourceId);
    expect(await site.openMatches()).toEqual([]);
  });

  it('opens, changes, closes and opens again, each with its transition', async () => {
    const record = { id: 'GHSA-lodash', aliases: ['CVE-2021-1000'] };
    await site.addPackages('lodash@4.17.20');
    const steps: [object, string, readonly string[]][] = [
      [{ affects: { lodash: null } }, 'opened', ['CVE-2021-1000 lodash critical -> none']],
      [{ affects: { lodash: '4.17.21' } }, 'fix-available', ['CVE-2021-1000 lodash critical -> 4.17.21']],
      [
        { affects: { lodash: '4.17.21' }, vector: medium },
        'severity-changed',
        ['CVE-2021-1000 lodash medium -> 4.17.21'],
      ],
      [{ affects: { lodash: null }, vector: medium }, 'fix-withdrawn', ['CVE-2021-1000 lodash medium -> none']],
      [{ affects: { lodash: '4.17.21' }, withdrawn: '2026-01-02T00:00:00Z' }, 'closed', []],
      [{ affects: { lodash: '4.17.21' }, vector: critical }, 'opened', ['CVE-2021-1000 lodash critical -> 4.17.21']],
      [{ affects: { lodash: '4.0.0' } }, 'closed', []],
    ];
    for (const [change, transition, open] of steps) {
      await site.write('npm', { ...record, ...change });
      await site.bring(sourceId);
      expect([await site.newTransitions(), await site.openMatches()]).toEqual([[transition], open]);
    }
  });

  it('closes the matches of a record that is gone, and opens them when it comes back', async () => {
    await site.addPackages('lodash@4.17.20');
    await site.bring(sourceId);
    await site.remove('npm', 'GHSA-lodash');
    expect(await site.bring(sourceId)).toMatchObject({ removed: 1 });
    expect(await site.openMatches()).toEqual([]);
    const gone = await site.database.advisory.findFirstOrThrow({ where: { nativeId: 'GHSA-lodash' } });
    expect(gone.removedAt).not.toBeNull();
    await site.write('npm', { id: 'GHSA-lodash', aliases: ['CVE-2021-1000'], affects: { lodash: '4.17.21' } });
    await site.bring(sourceId);
    expect(await site.openMatches()).toEqual(['CVE-2021-1000 lodash critical -> 4.17.21']);
  });

  it('describes a vulnerability anew when only its severity or summary changed', async () => {
    await site.refreshSource.refresh(sourceId);
    const describe = () => site.database.vulnerability.findUniqueOrThrow({ where: { name: 'CVE-2021-1000' } });
    expect(await describe()).toMatchObject({ severity: 'critical', summary: null });
    await site.write('npm', { id: 'GHSA-lodash', aliases: ['CVE-2021-1000'], vector: medium, summary: 'Bad' });
    await site.refreshSource.refresh(sourceId);
    expect(await describe()).toMatchObject({ severity: 'medium', summary: 'Bad' });
  });
});

describe('an archive of which little changed', () => {
  const records: RecordToWrite[] = Array.from({ length: 60 }, (_, n) => ({
    id: `GHSA-${String(n)}`,
    affects: { [`p${String(n)}`]: '2.0.0' },
  }));
  const changed = records.map((record, n) => (n === 7 ? { ...record, affects: { p7: '3.0.0' } } : record));

  beforeEach(async () => {
    sourceId = await site.addSource('zipped');
    await site.writeZip('zipped', records);
    expect(await site.bring(sourceId)).toMatchObject({ records: 60, read: 60, changed: 60 });
  });

  it('costs the reading of what changed, and finds what is gone', async () => {
    await site.addPackages('p7@2.5.0');
    await site.writeZip('zipped', changed);
    expect(await site.bring(sourceId)).toMatchObject({ records: 60, read: 1, changed: 1, removed: 0, problems: 0 });
    await site.writeZip('zipped', changed.slice(1));
    expect(await site.bring(sourceId)).toMatchObject({ records: 59, read: 0, changed: 0, removed: 1 });
    await site.writeZip('zipped', changed);
    expect(await site.bring(sourceId)).toMatchObject({ records: 60, read: 1, changed: 1 });
    expect((await site.database.feedState.findUniqueOrThrow({ where: { id: sourceId } })).ecosystems).toEqual(['npm']);
  });

  it('is asked once for a record whose bytes changed and nothing that it says', async () => {
    const [first, ...others] = records;
    if (first === undefined) throw new Error('no record');
    await site.writeZip('zipped', [{ ...first, modified: '2026-06-06T00:00:00Z' }, ...others]);
    expect(await site.bring(sourceId)).toMatchObject({ read: 1, changed: 0 });
    await site.writeZip('zipped', [{ ...first, modified: '2026-06-06T00:00:00Z' }, ...others.slice(1)]);
    expect(await site.bring(sourceId)).toMatchObject({ read: 0, changed: 0, removed: 1 });
  });

  it('takes nothing away when it is cut off or lost too much, and is read whole then', async () => {
    const whole = await site.writeZip('zipped', records);
    await site.writeRaw('zipped', 'zipped.zip', whole.subarray(0, whole.length - 30));
    expect(await site.bring(sourceId)).toMatchObject({ read: 0, removed: 0, problems: 1 });
    await site.writeZip('zipped', records.slice(0, 40));
    expect(await site.bring(sourceId)).toMatchObject({ records: 60, removed: 0 });
    await site.writeZip('zipped', records);
    expect(await site.bring(sourceId)).toMatchObject({ records: 60, read: 60, changed: 0, removed: 0 });
  });

  it('is read whole when its parser is another one, and every week', async () => {
    const since = async (fields: object) => {
      const fingerprint = jsonbText(fields);
      await site.database.$executeRaw`
        UPDATE feed SET fingerprint = fingerprint || '{"sha256": "other"}' || ${fingerprint}::jsonb WHERE id = ${sourceId}`;
      return site.bring(sourceId);
    };
    expect(await since({})).toMatchObject({ read: 0 });
    expect(await since({ revision: 0 })).toMatchObject({ read: 60, changed: 0 });
    expect(await since({ wholeAt: '2026-01-01T00:00:00Z' })).toMatchObject({ read: 60, changed: 0 });
    expect(await since({})).toMatchObject({ read: 0 });
    await site.database.$executeRaw`UPDATE advisory SET stamp = '0' || stamp`;
    expect(await since({})).toMatchObject({ read: 60, changed: 0 });
  });

  it('is fetched and read every week, also when it is said to be unchanged', async () => {
    await site.bring(sourceId);
    expect(await site.bring(sourceId)).toMatchObject({ state: 'unchanged' });
    await site.database.$executeRaw`
      UPDATE feed SET fingerprint = fingerprint || '{"wholeAt": "2026-01-01T00:00:00Z"}' WHERE id = ${sourceId}`;
    expect(await site.bring(sourceId)).toMatchObject({ state: 'changed', read: 60, changed: 0, removed: 0 });
    expect(await site.bring(sourceId)).toMatchObject({ state: 'unchanged' });
  });
});

describe('a score by those who speak of no package', () => {
  it('changes the findings of its vulnerability, and gives way when it is rejected', async () => {
    await site.addPackages('lodash@4.17.20');
    await site.bring(sourceId);
    await site.newTransitions();
    const [, nvd = ''] = await site.scores({ id: 'CVE-2021-1000', vector: medium });
    await site.bring(nvd);
    expect(await site.newTransitions()).toEqual(['severity-changed']);
    expect(await site.openMatches()).toContain('CVE-2021-1000 lodash medium -> 4.17.21');
    expect(await site.database.match.findFirst({ where: { closedAt: null } })).toMatchObject({ severitySource: 'nvd' });
    await site.scores({ id: 'CVE-2021-1000', vector: medium, status: 'Analyzed', summary: 'Only words' });
    await site.bring(nvd);
    expect(await site.newTransitions()).toEqual([]);
    await site.scores({ id: 'CVE-2021-1000', vector: medium, status: 'Rejected' });
    await site.bring(nvd);
    expect(await site.newTransitions()).toEqual(['severity-changed']);
    expect(await site.openMatches()).toContain('CVE-2021-1000 lodash critical -> 4.17.21');
  });
});

describe('what cannot be read', () => {
  it('removes nothing while a part is unreadable, says so, and is read again', async () => {
    await site.addPackages('lodash@4.17.20', 'minimist@1.2.0');
    await site.bring(sourceId);
    const { lastSuccessAt } = await site.database.feedState.findFirstOrThrow();
    await site.remove('npm', 'GHSA-lodash');
    await site.writeRaw('npm', 'broken.zip', 'no zip');
    expect(await site.bring(sourceId)).toMatchObject({ removed: 0, problems: 1 });
    expect(await site.openMatches()).toHaveLength(2);
    expect(await site.database.feedState.findFirstOrThrow()).toMatchObject({
      state: 'failing',
      lastError: expect.stringContaining('broken.zip'),
      lastSuccessAt,
      ecosystems: ['npm'],
    });
    // Not taken for unchanged, which would say that all is well.
    expect(await site.refreshSource.refresh(sourceId)).toMatchObject({ state: 'changed', problems: 1 });
  });

  it('keeps the last good form of a record that is malformed now', async () => {
    await site.addPackages('lodash@4.17.20');
    await site.bring(sourceId);
    await site.writeRaw('npm', 'GHSA-lodash.json', '{"id": "GHSA-lodash"');
    expect(await site.bring(sourceId)).toMatchObject({ removed: 0, problems: 1 });
    expect(await site.openMatches()).toEqual(['CVE-2021-1000 lodash critical -> 4.17.21']);
  });

  it('removes nothing when the source suddenly has a fifth fewer records, and says so until it has them again', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => `GHSA-${String(n)}`);
    for (const id of ids) await site.write('npm', { id, affects: { lodash: null } });
    await site.bring(sourceId);
    for (const id of ids.slice(0, 20)) await site.remove('npm', id);
    expect(await site.bring(sourceId)).toMatchObject({ removed: 0, records: 62 });
    const row = () => site.database.feedState.findFirstOrThrow();
    expect(await row()).toMatchObject({ state: 'failing', lastError: expect.stringContaining('42 usable records') });
    expect(await site.database.advisory.count({ where: { removedAt: null } })).toBe(62);
    for (const id of ids.slice(0, 15)) await site.write('npm', { id, affects: { lodash: null } });
    expect(await site.bring(sourceId)).toMatchObject({ removed: 5, records: 57 });
    expect(await row()).toMatchObject({ state: 'ok', lastError: null });
  });

  it('keeps what a feed by release said of one that is missing, empty or cut now, though its records are as many', async () => {
    const secdb = (release: string, count: number): string =>
      JSON.stringify({
        distroversion: release,
        packages: Array.from({ length: count }, (_, n) => ({
          pkg: { name: `p${String(n)}`, secfixes: { '2.0-r0': [`CVE-2024-${String(n + 1000)}`] } },
        })),
      });
    await site.addSource('alpine');
    const { configured } = await site.sources.sync([`alpine-secdb=${site.path('alpine')}`]);
    const alpine = configured[0] ?? '';
    await site.writeRaw('alpine', 'v3.18.json', secdb('v3.18', 40));
    await site.writeRaw('alpine', 'v3.20.json', secdb('v3.20', 40));
    expect(await site.bring(alpine)).toMatchObject({ records: 40, changed: 40 });
    const rows = () => site.database.advisoryAffected.count({ where: { ecosystem: 'Alpine:v3.18' } });
    const row = () => site.database.feedState.findUniqueOrThrow({ where: { id: alpine } });
    for (const [document, reason] of [
      [secdb('v3.18', 0), /^Alpine:v3\.18 has 0 packages in usable records where it had 40/],
      [secdb('v3.18', 40).slice(0, 300), /v3\.18\.json is not JSON/],
      [undefined, /has v3\.18\.json no more; what was read there stays/],
    ] as const) {
      if (document === undefined) await site.remove('alpine', 'v3.18');
      else await site.writeRaw('alpine', 'v3.18.json', document);
      expect(await site.bring(alpine)).toMatchObject({ changed: 0, removed: 0 });
      expect(await row()).toMatchObject({ state: 'failing', lastError: expect.stringMatching(reason), records: 40 });
      expect(await rows()).toBe(40);
    }
    await site.writeRaw('alpine', 'v3.18.json', secdb('v3.18', 35));
    expect(await site.bring(alpine)).toMatchObject({ records: 40, changed: 5 });
    expect(await row()).toMatchObject({ state: 'ok', lastError: null });
    expect(await rows()).toBe(35);
  });

  it('takes the first of two records with one id, and names the other', async () => {
    await site.writeRaw('npm', 'again.json', JSON.stringify({ id: 'GHSA-lodash', modified: '2026-01-01T00:00:00Z' }));
    expect(await site.refreshSource.refresh(sourceId)).toMatchObject({ records: 2, problems: 1 });
    const { problemSample } = await site.database.feedState.findFirstOrThrow();
    expect(problemSample).toMatchObject([{ code: 'advisory-twice' }]);
  });

  it('stores characters that Postgres has none for, and refuses names no index takes', async () => {
    await site.write('npm', {
      id: 'GHSA-nul',
      summary: 'a\u0000b\ud800',
      aliases: ['X-\u0000'],
      affects: { nul: null },
    });
    await site.write('npm', { id: 'GHSA-long', affects: { ['é'.repeat(1_000)]: null } });
    await site.write('npm', { id: 'GHSA-lodash', affects: { lodash: '9.0.0' } });
    expect(await site.bring(sourceId)).toMatchObject({ records: 3, problems: 1 });
    const { problemSample } = await site.database.feedState.findFirstOrThrow();
    expect(problemSample).toMatchObject([{ code: 'advisory-name-too-long' }]);
    const row = await site.database.advisory.findFirstOrThrow({ where: { nativeId: 'GHSA-nul' } });
    expect(row.summary).toBe('a\ufffdb\ufffd');
  });

  it('keeps its records when the source is gone, and says so', async () => {
    await site.addPackages('lodash@4.17.20');
    await site.bring(sourceId);
    await site.database.feedState.update({ where: { id: sourceId }, data: { source: '/nowhere' } });
    await expect(site.refreshSource.refresh(sourceId)).rejects.toMatchObject({ code: 'feed-source-missing' });
    await site.rematch.drain();
    expect(await site.openMatches()).toHaveLength(1);
    const row = await site.database.feedState.findFirstOrThrow();
    expect(row).toMatchObject({ state: 'failing', lastError: expect.stringContaining('/nowhere') });
  });
});

describe('a crash', () => {
  it('after the records and before their groups is made up for by the next refresh', async () => {
    await site.addPackages('lodash@4.17.20');
    // The statement that groups is the first that touches this table.
    await site.database.$executeRaw`ALTER TABLE vulnerability RENAME TO vulnerability_away`;
    await expect(site.refreshSource.refresh(sourceId)).rejects.toThrow();
    expect(await site.database.advisory.count()).toBe(2);
    await site.database.$executeRaw`ALTER TABLE vulnerability_away RENAME TO vulnerability`;
    expect(await site.bring(sourceId)).toMatchObject({ changed: 0 });
    expect(await site.openMatches()).toEqual(['CVE-2021-1000 lodash critical -> 4.17.21']);
  });

  it('between refresh and rematch loses no key', async () => {
    await site.addPackages('lodash@4.17.20');
    await site.refreshSource.refresh(sourceId);
    expect(await site.dirtyKeys()).toEqual(['lodash', 'minimist']);
    expect(await site.openMatches()).toEqual([]);
    await site.rematch.drain();
    expect(await site.openMatches()).toHaveLength(1);
    expect(await site.dirtyKeys()).toEqual([]);
  });

  it('of the judging leaves the keys dirty', async () => {
    await site.addPackages('lodash@4.17.20');
    await site.refreshSource.refresh(sourceId);
    await expect(site.rematch.drain(AbortSignal.abort(new Error('killed')))).rejects.toThrow('killed');
    expect(await site.dirtyKeys()).toEqual(['lodash']);
  });

  it('is not confused with being told to stop', async () => {
    const stop = AbortSignal.abort(new Error('stopping'));
    await expect(site.refreshSource.refresh(sourceId, stop)).rejects.toThrow('stopping');
    expect(await site.database.feedState.findFirstOrThrow()).toMatchObject({ state: 'never', lastError: null, run: 0 });
  });
});

describe('keys of a run that is not over', () => {
  it('wait: a record is never gone before its successor has a group', async () => {
    await site.addPackages('lodash@4.17.20');
    await site.bring(sourceId);
    await site.newTransitions();
    await site.database.$executeRaw`
      INSERT INTO dirty_key (ecosystem, name, vulnerability_id, cause)
      SELECT 'npm', 'lodash', id, jsonb_build_object('kind', 'feed', 'source', ${sourceId}::text, 'run', 2)
        FROM vulnerability WHERE name = 'CVE-2021-1000'`;
    await site.database.$executeRaw`UPDATE advisory SET removed_at = now() WHERE native_id = 'GHSA-lodash'`;
    expect(await site.rematch.drain()).toMatchObject({ packages: 0 });
    expect(await site.openMatches()).toHaveLength(1);
    expect(await site.dirtyKeys()).toEqual(['lodash']);
  });

  it('stay dirty when they are made dirty again while they are judged', async () => {
    await site.addPackages('lodash@4.17.20');
    await site.refreshSource.refresh(sourceId);
    // Makes the key dirty again in the moment its package is judged, as a second source would.
    await site.database.$executeRawUnsafe(`
      CREATE FUNCTION dirty_again() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN UPDATE dirty_key SET since = now(); RETURN NEW; END $$`);
    await site.database.$executeRawUnsafe(`
      CREATE TRIGGER dirty_again AFTER UPDATE ON package EXECUTE FUNCTION dirty_again()`);
    const judging = site.rematch.drain();
    for (let waited = 0; waited < 100; waited += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if ((await site.openMatches()).length === 1) break;
    }
    expect(await site.dirtyKeys()).toEqual(['lodash']);
    await site.database.$executeRawUnsafe('DROP TRIGGER dirty_again ON package');
    await judging;
    expect(await site.dirtyKeys()).toEqual([]);
  });
});

describe('a source at another address', () => {
  const first = { id: 'GHSA-a', affects: { lodash: '4.17.21' } };
  const second = { id: 'GHSA-b', affects: { minimist: '1.2.6' } };

  it('is the same one: what it says no longer goes, and nothing is opened anew', async () => {
    await site.addPackages('lodash@4.17.20', 'minimist@1.2.0');
    const sourceId = await site.addSource('old/npm', [first, second]);
    await site.bring(sourceId);
    const before = await site.database.match.findMany({ where: { closedAt: null } });
    expect(before).toHaveLength(2);
    expect(await site.addSource('new/npm', [first])).toBe(sourceId);
    await site.bring(sourceId);
    expect(await site.openMatches()).toEqual(['GHSA-a lodash critical -> 4.17.21']);
    expect(await site.database.match.count({ where: { closedAt: null, id: { in: before.map(({ id }) => id) } } })).toBe(
      1,
    );
    expect(await site.database.feedState.count()).toBe(1);
  });

  it('is the same one where a vendor has its records in one place, and another one beside it is another', async () => {
    const at = async (...sources: readonly string[]) => (await site.sources.sync(sources)).configured;
    const [own] = await at('debian-tracker');
    expect(own).toBe('debian-tracker');
    expect(await at('debian-tracker=https://mirror.example/json')).toEqual([own]);
    expect(await at('debian-tracker', 'debian-tracker=https://mirror.example/json')).toEqual(['debian-tracker-2', own]);
    expect(await at('https://mirror.example/pypi.zip')).toEqual(['osv:pypi']);
    expect(await at('https://mirror.example/npm.zip')).toEqual(['osv:npm']);
  });
});

describe('a source that nobody configures any more', () => {
  const configured = () => new ConfiguredFeeds(site.sources, new EnrichmentFeeds(site.database), site.database);
  const sync = (...sources: readonly string[]) => configured().sync({ sources, enrichment: [] });

  it('has what it said withdrawn, with that as the cause and without an alert, and begins anew when it is back', async () => {
    const other = await site.addSource('other', [{ id: 'GHSA-minimist', affects: { minimist: '1.2.7' } }]);
    await site.addImage('a', await site.addPackages('lodash@4.17.20', 'minimist@1.2.0'));
    await sync(site.path('npm'), site.path('other'));
    for (const id of [sourceId, other]) await site.bring(id);
    const before = await site.database.notification.count();
    await site.newTransitions();

    expect(await sync(site.path('other'))).toMatchObject({ configured: [other], leaving: [sourceId] });
    expect(await site.bring(sourceId)).toMatchObject({ state: 'changed', removed: 2 });
    // The other one still says it of minimist, and of a later fix.
    expect(await site.openMatches()).toEqual(['GHSA-minimist minimist critical -> 1.2.7']);
    const row = () => site.database.feedState.findUniqueOrThrow({ where: { id: sourceId } });
    expect(await row()).toMatchObject({ state: 'retired', records: 0, ecosystems: [], fingerprint: null });
    const closed = await site.database.transition.findMany({ where: { kind: 'closed' } });
    expect(closed.map(({ cause }) => cause)).toContainEqual({ kind: 'feed', source: sourceId, run: 2, retired: true });
    const told = await site.database.notification.findMany({ skip: before, orderBy: { createdAt: 'asc' } });
    expect(JSON.stringify(told.map(({ payload }) => payload))).not.toContain('closed');

    expect(await sync(site.path('other'))).toMatchObject({ leaving: [] });
    expect(await site.bring(sourceId)).toMatchObject({ state: 'unchanged', removed: 0 });
    await sync(site.path('npm'), site.path('other'));
    expect(await row()).toMatchObject({ state: 'never', retiredAt: null });
    expect(await site.bring(sourceId)).toMatchObject({ state: 'changed', changed: 2 });
    expect(await site.openMatches()).toContain('CVE-2021-1000 lodash critical -> 4.17.21');
  });

  it('is due at once, whenever it was last looked at', async () => {
    await sync(site.path('npm'));
    await site.database.scheduleRun.create({ data: { key: `feed.refresh ${sourceId}`, lastRunAt: new Date() } });
    await sync();
    expect(await site.database.scheduleRun.count()).toBe(0);
  });
});
