import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipBytes } from '@tidewaiter/formats';

const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'tidewaiter');

let directory: string;
let osv: string;
let wolfi: string;

/** The built command. */
function tidewaiter(words: readonly string[], settings: Readonly<Record<string, string>> = {}) {
  const env = { PATH: process.env.PATH, HOME: directory, XDG_CACHE_HOME: join(directory, 'cache'), ...settings };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { env, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidewaiter-update-'));
  osv = join(directory, 'osv');
  wolfi = join(directory, 'security.json');
  mkdirSync(osv);
  writeRecord('GHSA-1', '2.0.0');
  const secfixes = { '8.7.1-r0': ['CVE-2024-2004'] };
  writeFileSync(wolfi, JSON.stringify({ reponame: 'os', packages: [{ pkg: { name: 'curl', secfixes } }] }));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function writeRecord(id: string, fixed: string): void {
  const ranges = [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }];
  const affected = [{ package: { ecosystem: 'npm', name: 'lodash' }, ranges }];
  writeFileSync(join(osv, `${id}.json`), JSON.stringify({ id, modified: '2026-01-01T00:00:00Z', affected }));
}

function statusOf(store: readonly string[] = []): { parts: { feed: string; records: number; importedAt: string }[] } {
  const { out } = tidewaiter(['advisories', 'status', '--format', 'json', ...store]);
  return JSON.parse(out) as ReturnType<typeof statusOf>;
}

describe('advisories update', () => {
  it('reads every configured source, and the next time only what changed', () => {
    const settings = { ADVISORIES: `${osv},wolfi=${wolfi}` };
    expect(tidewaiter(['advisories', 'update'], settings)).toMatchObject({ code: 0 });
    const [first] = statusOf().parts;
    expect(statusOf().parts.map(({ feed, records }) => [feed, records])).toEqual([
      ['osv', 1],
      ['wolfi', 1],
    ]);
    writeRecord('GHSA-2', '3.0.0');
    const { code, out, err } = tidewaiter(['advisories', 'update'], settings);
    expect([code, err]).toEqual([0, 'osv: 2 records (1 new, 0 changed)\n']);
    expect(out).toContain('2 records of 1 sources');
    expect(tidewaiter(['advisories', 'update'], settings)).toMatchObject({ code: 0, err: '' });
    // It was asked and had nothing new: what is here is as new as that.
    for (const { importedAt } of statusOf().parts) expect(importedAt > (first?.importedAt ?? '')).toBe(true);
  });

  it('goes on without a source that fails, keeps what it had of it, and says so', () => {
    const gone = join(directory, 'gone.json');
    const settings = { ADVISORIES: `wolfi=${gone},${osv}`, ENRICHMENT: `vex=${gone}` };
    const { code, err } = tidewaiter(['advisories', 'update'], settings);
    expect(code).toBe(3);
    expect(err).toContain(`wolfi=${gone} was not read: ${gone} cannot be read`);
    expect(statusOf().parts.map(({ feed }) => feed)).toEqual(['osv']);
  });

  it('says of which releases a source has nothing any more, and whether what it said stays; a bundle brings that along', () => {
    const releases = ['Ubuntu:14.04:LTS', 'Ubuntu:20.04:LTS', 'Ubuntu:24.04:LTS'];
    const writeRelease = (release: string, count: number) => {
      const ranges = [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2' }] }];
      const affected = [{ package: { ecosystem: release, name: 'curl' }, ranges }];
      for (let n = 0; n < count; n += 1) {
        const id = `UBUNTU-CVE-20${release.slice(7, 9)}-${1_000 + n}`;
        writeFileSync(join(osv, `${id}.json`), JSON.stringify({ id, modified: '2026-01-01T00:00:00Z', affected }));
      }
    };
    for (const [at, release] of releases.entries()) writeRelease(release, [4, 20, 40][at] ?? 0);
    const settings = { ADVISORIES: osv };
    expect(tidewaiter(['advisories', 'update'], settings)).toMatchObject({
      code: 0,
      err: expect.not.stringContaining('tidewaiter:'),
    });
    rmSync(osv, { recursive: true });
    mkdirSync(osv);
    writeRecord('GHSA-1', '2.0.0');
    writeRelease('Ubuntu:24.04:LTS', 40);
    const { code, err } = tidewaiter(['advisories', 'update'], settings);
    expect(code).toBe(0);
    expect(err).toContain(`tidewaiter: frozen: ${osv}: the source has said nothing of Ubuntu:20.04:LTS since `);
    expect(err).toContain(`tidewaiter: taken back: ${osv}: the source has nothing of Ubuntu:14.04:LTS any more`);
    expect(err).not.toContain('not read');
    const bundle = join(directory, 'bundle');
    const other = ['--store', join(directory, 'other.db')];
    expect(tidewaiter(['advisories', 'export', bundle])).toMatchObject({ code: 0 });
    expect(tidewaiter(['advisories', 'import', bundle, ...other])).toMatchObject({ code: 0 });
    const frozen = /\nUbuntu:20\.04:LTS +osv +osv +\d{4}-\d\d-\d\d\n/;
    for (const store of [[], other]) expect(tidewaiter(['advisories', 'status', ...store]).out).toMatch(frozen);
    const image = join(directory, 'image');
    mkdirSync(join(image, 'etc'), { recursive: true });
    mkdirSync(join(image, 'var', 'lib', 'dpkg'), { recursive: true });
    writeFileSync(join(image, 'etc', 'os-release'), 'ID=ubuntu\nVERSION_ID="20.04"\n');
    const status = 'Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n';
    writeFileSync(join(image, 'var', 'lib', 'dpkg', 'status'), status);
    const scanned = tidewaiter(['scan', image, ...other]);
    expect(scanned.out).toContain('CVE-2020-1000');
    expect(scanned.err).toMatch(/^tidewaiter: osv osv has said nothing of Ubuntu:20\.04:LTS since \d{4}-\d\d-\d\d: /);
  });

  it('says what has suspiciously little, where, and what to do, and keeps what there was', () => {
    for (let n = 2; n <= 40; n += 1) writeRecord(`GHSA-${n}`, '2.0.0');
    const kev = join(directory, 'kev.json');
    const entry = (n: number) => ({ cveID: `CVE-2026-${n}`, dateAdded: '2026-01-01', vulnerabilityName: 'n' });
    const writeKev = (count: number) => {
      const vulnerabilities = Array.from({ length: count }, (_, n) => entry(1_000 + n));
      writeFileSync(kev, JSON.stringify({ count, vulnerabilities }));
    };
    writeKev(40);
    const settings = { ADVISORIES: osv, ENRICHMENT: `kev=${kev}` };
    expect(tidewaiter(['advisories', 'update'], settings)).toMatchObject({ code: 0 });
    for (let n = 2; n <= 20; n += 1) rmSync(join(osv, `GHSA-${n}.json`));
    writeRecord('GHSA-41', '2.0.0');
    writeKev(4);
    const { code, out, err } = tidewaiter(['advisories', 'update'], settings);
    const store = join(directory, 'cache', 'tidewaiter', 'advisories.db');
    expect(out).toBe(`41 records of 1 sources are in ${store}\n`);
    const advice = 'If so many were really taken back, do this once with ADVISORIES_MAX_SHRINK_PERCENT=100.\n';
    expect([code, err]).toEqual([
      3,
      'osv: 41 records (1 new, 0 changed)\n' +
        'kev: 40 records (0 not usable)\n' +
        `tidewaiter: shrunk: osv of ${osv} has 22 usable records where the store has 40, 45 % fewer; ` +
        `the store keeps them, and what is new is taken. ${advice}` +
        `tidewaiter: shrunk: kev=${kev} has 4 usable records where the store has 40, 90 % fewer; the store keeps them. ${advice}`,
    ]);
    const believed = { ...settings, ADVISORIES_MAX_SHRINK_PERCENT: '100' };
    expect(tidewaiter(['advisories', 'update'], believed)).toMatchObject({
      code: 0,
      err: 'osv: 22 records (0 new, 0 changed, 19 gone)\nkev: 4 records (0 not usable)\n',
    });
  });

  it('keeps what records said that are there and say nothing any more, and says so', () => {
    for (let n = 2; n <= 40; n += 1) writeRecord(`GHSA-${n}`, '2.0.0');
    const settings = { ADVISORIES: osv };
    expect(tidewaiter(['advisories', 'update'], settings)).toMatchObject({ code: 0 });
    for (let n = 2; n <= 39; n += 1) {
      const file = join(osv, `GHSA-${n}.json`);
      writeFileSync(file, readFileSync(file, 'utf8').replace('"affected"', '"affects"'));
    }
    const { code, err } = tidewaiter(['advisories', 'update'], settings);
    expect([code, err]).toEqual([
      3,
      'osv: 40 records (0 new, 0 changed)\n' +
        `tidewaiter: shrunk: osv of ${osv} has 40 records that speak of packages, of which 38 say nothing any more of what they ` +
        'spoke of or are withdrawn; the store keeps what they said, and what is new is taken. ' +
        'If so many were really taken back, do this once with ADVISORIES_MAX_SHRINK_PERCENT=100.\n',
    ]);
    expect(tidewaiter(['advisories', 'status']).out).toMatch(/npm +40/);
  });

  it('says what is in the store and no source has any more, and throws nothing away', () => {
    const parts = join(directory, 'parts');
    mkdirSync(parts);
    for (const name of ['a', 'b']) {
      const record = { id: `GHSA-${name}`, modified: '2026-01-01T00:00:00Z', affected: [] };
      writeFileSync(join(parts, `${name}.zip`), zipBytes([{ name: 'r.json', text: JSON.stringify(record) }]));
    }
    const all = { ADVISORIES: `${parts},wolfi=${wolfi}` };
    expect(tidewaiter(['advisories', 'update'], all).err).not.toContain('not asked for');
    rmSync(join(parts, 'b.zip'));
    const withoutPart = tidewaiter(['advisories', 'update'], all);
    expect([withoutPart.code, withoutPart.err]).toEqual([
      0,
      expect.stringContaining(
        'tidewaiter: not asked for any more: osv b (less than a minute old). What they say still',
      ),
    ]);
    const withoutSource = tidewaiter(['advisories', 'update'], { ADVISORIES: parts });
    expect(withoutSource.err).toContain('osv b (less than a minute old), wolfi ');
    expect(statusOf().parts).toHaveLength(3);
    const kev = join(directory, 'kev.json');
    const vulnerabilities = [{ cveID: 'CVE-2026-1000', dateAdded: '2026-01-01', vulnerabilityName: 'n' }];
    writeFileSync(kev, JSON.stringify({ count: 1, vulnerabilities }));
    tidewaiter(['advisories', 'update'], { ...all, ENRICHMENT: `kev=${kev}` });
    expect(tidewaiter(['advisories', 'status']).out).toMatch(/kev +1 +less than a minute ago/);
    expect(tidewaiter(['advisories', 'update'], all).err).toContain('osv b (less than a minute old), kev (less than');
  });

  it('says what to do when nothing is configured', () => {
    const { code, err } = tidewaiter(['advisories', 'update']);
    expect([code, err.includes('set ADVISORIES')]).toEqual([2, true]);
  });
});

describe('advisories export and import', () => {
  it('bring the store to a machine that reaches no feed, and name what has to be fetched there', () => {
    tidewaiter(['advisories', 'update'], { ADVISORIES: `${osv},wolfi=${wolfi}` });
    const bundle = join(directory, 'bundle');
    const there = ['--store', join(directory, 'there.db')];
    const exported = tidewaiter(['advisories', 'export', bundle]);
    expect(exported).toMatchObject({ code: 0 });
    expect(exported.err).toContain('fetch yourself: wolfi.');
    const imported = tidewaiter(['advisories', 'import', bundle, ...there]);
    expect(imported).toMatchObject({ code: 0 });
    expect(imported.err).toContain('fetch yourself: wolfi.');
    expect(tidewaiter(['advisories', 'import', `wolfi=${wolfi}`, ...there])).toMatchObject({ code: 0 });
    expect(statusOf(there).parts.map(({ feed }) => feed)).toEqual(['osv', 'wolfi']);
    expect(tidewaiter(['advisories', 'import', bundle, ...there]).err).toContain('as new here as in the bundle');
  });

  it('take what is sound of a damaged bundle, and the rest from a sound one', () => {
    tidewaiter(['advisories', 'update'], { ADVISORIES: osv });
    const [sound, damaged] = ['sound', 'damaged'].map((name) => join(directory, name));
    tidewaiter(['advisories', 'export', sound ?? '']);
    const bytes = readFileSync(sound ?? '');
    const at = bytes.lastIndexOf('2.0.0');
    writeFileSync(damaged ?? '', bytes.fill('3', at, at + 1));
    const there = ['--store', join(directory, 'there.db')];
    const taken = tidewaiter(['advisories', 'import', damaged ?? '', `wolfi=${wolfi}`, ...there]);
    expect(taken).toMatchObject({ code: 3, err: expect.stringContaining('GHSA-1 is not as it was exported') });
    expect(tidewaiter(['advisories', 'import', sound ?? '', ...there])).toMatchObject({ code: 0 });
    expect(statusOf(there).parts.map(({ feed, records }) => [feed, records])).toEqual([
      ['osv', 1],
      ['wolfi', 1],
    ]);
  });

  it('take only what the holder of a key signed, where its public key is named', () => {
    tidewaiter(['advisories', 'update'], { ADVISORIES: osv });
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const [key, pub, signed] = [join(directory, 'key.pem'), join(directory, 'pub.pem'), join(directory, 'signed')];
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(pub, publicKey.export({ type: 'spki', format: 'pem' }));
    expect(tidewaiter(['advisories', 'export', signed, '--sign', key])).toMatchObject({ code: 0 });
    const take = (path: string) =>
      tidewaiter(['advisories', 'import', path, '--verify', pub, '--store', join(directory, 'checked.db')]);
    expect(take(osv)).toMatchObject({ code: 2 });
    expect(take(signed)).toMatchObject({ code: 0 });
    appendFileSync(signed, 'x');
    expect(take(signed)).toMatchObject({ code: 5, err: expect.stringContaining('other bytes than were signed') });
    rmSync(`${signed}.sig`);
    expect(take(signed)).toMatchObject({ code: 5, err: expect.stringContaining('is not signed') });
  });
});
