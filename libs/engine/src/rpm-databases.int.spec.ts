import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { describeWithTool, layered, type TarItem } from '@tidewaiter/testing';
import { readRootfs } from './read-rootfs';
import { inventoryOf } from './spec-images';

const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-rpm-databases-'));
afterAll(() => rmSync(directory, { recursive: true }));

const place = 'var/lib/rpm';
const fedora: TarItem = { path: 'etc/os-release', content: 'ID=fedora\nVERSION_ID=40\n' };

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function packageFile(name: string): string {
  const spec = join(directory, `${name}.spec`);
  writeFileSync(
    spec,
    `Name: ${name}\nVersion: 1\nRelease: 1\nSummary: x\nLicense: MIT\nBuildArch: noarch\n%description\nx\n%files\n`,
  );
  run('rpmbuild', '--quiet', '-bb', '--define', `_topdir ${directory}/build`, spec);
  return join(directory, `build/RPMS/noarch/${name}-1-1.noarch.rpm`);
}

type Files = Readonly<Record<string, Buffer>>;

/** What `rpm -qa` lists where these files are its database, and with these macros. */
function rpmSays(files: Files, macros = ''): readonly string[] {
  const database = mkdtempSync(join(directory, 'asked-'));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(database, name), bytes);
  const macroFile = join(directory, 'macros');
  writeFileSync(macroFile, macros);
  return run('rpm', '--load', macroFile, '--dbpath', database, '-qa', '--qf', '%{NAME}\\n')
    .split('\n')
    .filter((name) => name !== '' && name !== 'gpg-pubkey')
    .sort();
}

function items(files: Files, at = place): TarItem[] {
  return Object.entries(files).map(([name, content]) => ({ path: `${at}/${name}`, content }));
}

async function read(...layers: (readonly TarItem[])[]) {
  const { packages, problems } = await inventoryOf(layered(layers));
  return {
    names: packages.map(({ name }) => name),
    since: packages.map(({ name, layer, locations }) => `${name} #${layer?.index ?? '-'} ${locations.join()}`),
    problems: problems.map(({ code, path }) => `${code} ${path ?? ''}`),
  };
}

function fixture(form: string): Buffer {
  return gunzipSync(readFileSync(join(import.meta.dirname, `../../extractors/src/rpm/__fixtures__/${form}.gz`)));
}

const main = 'rpmdb.sqlite';
const log = 'rpmdb.sqlite-wal';

describeWithTool(['rpm', 'rpmbuild'], 'a database of rpm in several files', () => {
  let before: Files = {};
  let database = Buffer.alloc(0);
  let commits = Buffer.alloc(0);
  let logged: Files = {};

  /** Somebody who reads the database keeps rpm from moving its log there, as one does that is killed. */
  beforeAll(() => {
    const [one, two, three] = ['one', 'two', 'three'].map(packageFile);
    const path = join(directory, 'db');
    mkdirSync(path);
    const install = (file = '') => run('rpm', '--dbpath', path, '-i', '--justdb', '--nodeps', file);
    install(one);
    before = { [main]: readFileSync(join(path, main)) };
    const reader = new DatabaseSync(join(path, main));
    reader.exec('BEGIN; SELECT count(*) FROM Packages');
    reader.prepare('SELECT count(*) FROM Packages').get();
    install(two);
    install(three);
    run('rpm', '--dbpath', path, '-e', '--justdb', 'one');
    database = readFileSync(join(path, main));
    commits = readFileSync(join(path, log));
    logged = { [main]: database, [log]: commits };
    reader.close();
  }, 120_000);

  it('is what its log makes of it, whichever of the two comes first, as rpm -qa applies it', async () => {
    expect(rpmSays({ [main]: database })).toEqual(['one']);
    expect(rpmSays(logged)).toEqual(['three', 'two']);
    const since = [`three #0 ${place}/${main}`, `two #0 ${place}/${main}`];
    expect(await read([fedora, ...items(logged)])).toMatchObject({ since, problems: [] });
    expect(await read([fedora, ...items(logged).reverse()])).toMatchObject({ since, problems: [] });
  });

  it('is read so in a directory and behind a link too', async () => {
    const root = mkdtempSync(join(directory, 'root-'));
    mkdirSync(join(root, place), { recursive: true });
    for (const [name, bytes] of Object.entries(logged)) writeFileSync(join(root, place, name), bytes);
    const { packages } = await readRootfs(root);
    expect(packages.map(({ name }) => name)).toEqual(['three', 'two']);

    const linked = await read([fedora, ...items(logged, 'opt/rpm'), { path: place, symlink: '../../opt/rpm' }]);
    expect(linked).toMatchObject({ names: ['three', 'two'], problems: [] });
  });

  it('gives its packages to the layer whose log lists them', async () => {
    const layers = [[fedora, ...items(before)], items(logged)];
    expect((await read(...layers)).since).toEqual([`three #1 ${place}/${main}`, `two #1 ${place}/${main}`]);
  });

  it('is what it is without its log where a later layer deleted that', async () => {
    const layers = [[fedora, ...items(logged)], [{ path: `${place}/.wh.${log}`, content: '' }]];
    expect(await read(...layers)).toMatchObject({ names: rpmSays({ [main]: database }), problems: [] });
  });

  it('is not taken for whole where the log is of another layer', async () => {
    const pending = [`rpm-database-log-pending ${place}/${log}`];
    const apart = [[fedora, ...items({ [main]: database })], items({ [log]: commits })];
    expect(await read(...apart)).toMatchObject({ names: ['one'], problems: pending });
    const rewritten = [[fedora, ...items(logged)], items({ [main]: database })];
    expect(await read(...rewritten)).toMatchObject({ names: ['one'], problems: pending });
  });

  it('is read up to where its log is damaged, as rpm does, and that is said', async () => {
    const expected = new Set<string>();
    for (let at = 40; at < commits.length; at += Math.ceil(commits.length / 12)) {
      const flipped = Buffer.from(commits);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      const files = { [main]: database, [log]: flipped };
      const names = rpmSays(files);
      expected.add(names.join());
      const problems = [`rpm-database-log-damaged ${place}/${main}`];
      expect(await read([fedora, ...items(files)])).toMatchObject({ names, problems });
    }
    expect(expected.size).toBeGreaterThan(2);
  });

  it('that a transaction was not committed to is read without that', async () => {
    const files = { [main]: database, [log]: commits.subarray(0, commits.length - 1) };
    expect(await read([fedora, ...items(files)])).toMatchObject({ names: rpmSays(files), problems: [] });
  });

  it('in two forms is read in the one that rpm reads, and the other is named', async () => {
    const files = { ...before, Packages: fixture('bdb'), 'Packages.db': fixture('ndb') };
    expect(rpmSays(files)).toEqual(['one']);
    const passedOver = ['Packages', 'Packages.db'].map((name) => `package-database-passed-over ${place}/${name}`);
    expect(await read([fedora, ...items(files)])).toMatchObject({ names: ['one'], problems: passedOver });
    const migrated = [[fedora, ...items({ Packages: fixture('bdb') })], items(before)];
    expect(await read(...migrated)).toMatchObject({ names: ['one'], problems: passedOver.slice(0, 1) });
  });

  it.each(['sqlite', 'bdb_ro'])('in three forms is read in the one that rpm is set to, %s', async (backend) => {
    const macros = `%_db_backend\t      ${backend}\n`;
    const files = { ...before, Packages: fixture('bdb'), 'Packages.db': fixture('ndb') };
    const { names, problems } = await read([fedora, { path: 'usr/lib/rpm/macros', content: macros }, ...items(files)]);
    expect(names).toEqual(rpmSays(files, macros));
    expect(problems).toHaveLength(2);
    const overridden: TarItem[] = [
      { path: 'etc/rpm/macros.db', content: macros },
      { path: 'usr/lib/rpm/fedora/macros', content: '%_db_backend sqlite\n' },
    ];
    expect((await read([fedora, ...items(files)], overridden)).names).toEqual(names);
    const gone = [{ path: 'etc/rpm/.wh.macros.db', content: '' }];
    expect((await read([fedora, ...items(files)], overridden, gone)).names).toEqual(['one']);
  });

  it('in three forms is read as ndb where rpm is set to that, as SUSE’s is; not every rpm can', async () => {
    const files = { ...before, Packages: fixture('bdb'), 'Packages.db': fixture('ndb') };
    const { names } = await read([fedora, ...items({ 'Packages.db': fixture('ndb') })]);
    const set = [fedora, { path: 'usr/lib/rpm/macros', content: '%_db_backend ndb\n' }, ...items(files)];
    expect((await read(set)).names).toEqual(names);
    expect(names).not.toEqual(['one']);
  });

  it('set to a form that is not there is read in the first that is', async () => {
    const macros = '%_db_backend ndb\n';
    const { names } = await read([fedora, { path: 'usr/lib/rpm/macros', content: macros }, ...items(before)]);
    expect(names).toEqual(rpmSays(before, macros));
  });

  it('in two directories is read where rpm looks, and the other is named', async () => {
    const old = items({ 'Packages.db': fixture('ndb') });
    const both = [fedora, ...items(before, 'usr/lib/sysimage/rpm'), ...old];
    const macros = { path: 'usr/lib/rpm/macros', content: '%_usr /usr\n%_dbpath\t%{_usr}/lib/sysimage/rpm\n' };
    const problems = [`package-database-passed-over ${place}/Packages.db`];
    expect(await read([...both, macros])).toMatchObject({ names: ['one'], problems });
    expect(await read(both, [macros])).toMatchObject({ names: ['one'], problems });
    // Where it looks there is nothing, or nobody can say where that is: what is there counts.
    const other = [fedora, ...old, macros];
    expect((await read(other)).names.length).toBeGreaterThan(6);
    const shell = { path: 'usr/lib/rpm/macros', content: "%_dbpath %(bash -c 'echo ~/.rpmdb')\n" };
    expect((await read([...both, shell])).names).toContain('one');
    expect((await read([...both, shell])).problems).toEqual([]);
  });

  it('in an old form is read again where the newer one is gone', async () => {
    const layers = [
      [fedora, ...items({ ...before, Packages: fixture('bdb') })],
      [{ path: `${place}/.wh.${main}`, content: '' }],
    ];
    const { names, problems } = await read([fedora, ...items({ Packages: fixture('bdb') })]);
    expect(names.length).toBeGreaterThan(6);
    expect(await read(...layers)).toMatchObject({ names, problems });
  });
});
