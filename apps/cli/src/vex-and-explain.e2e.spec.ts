import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ScanReport } from '@tidewaiter/contracts';
import { buildImage, buildIndex, buildLayer, npmPackage, writeOciLayout } from '@tidewaiter/testing';
import { z } from 'zod';

const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'tidewaiter');

let directory: string;
let root: string;
let records: string;

/** The built command. */
function tidewaiter(...words: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: directory, XDG_CACHE_HOME: join(directory, 'cache') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { env, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

function writeJson(path: string, value: unknown): string {
  writeFileSync(path, JSON.stringify(value));
  return path;
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tidewaiter-vex-'));
  root = join(directory, 'root');
  records = join(directory, 'records');
  mkdirSync(records);
  for (const name of ['lodash', 'minimist']) {
    const folder = join(root, 'app', 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    writeJson(join(folder, 'package.json'), { name, version: '1.0.0' });
    writeJson(join(records, `GHSA-${name}.json`), {
      id: `GHSA-${name}`,
      modified: '2025-01-01T00:00:00Z',
      aliases: [name === 'lodash' ? 'CVE-2020-1000' : 'CVE-2020-2000'],
      database_specific: { severity: 'HIGH' },
      affected: [
        {
          package: { ecosystem: 'npm', name },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
        },
      ],
    });
  }
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function openVex(name: string, statement: object): string {
  return writeJson(join(directory, name), {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://acme.example/vex',
    author: 'Acme security',
    timestamp: '2026-01-01T00:00:00Z',
    version: 1,
    statements: [{ vulnerability: { name: 'CVE-2020-1000' }, products: [{ '@id': 'pkg:npm/lodash' }], ...statement }],
  });
}

const layout = () => join(directory, 'layout');

/** Digests of an image that holds lodash, and of the index that it is in. */
async function indexedLayout(): Promise<readonly [string, string]> {
  const platform = { os: 'linux', architecture: 'amd64' };
  const image = buildImage({ layers: [buildLayer([npmPackage('app/node_modules/lodash')])], platform });
  const index = buildIndex([image]);
  await writeOciLayout(layout(), [{ image: index }]);
  return [image.descriptor.digest, index.descriptor.digest];
}

describe('scan --vex', () => {
  it('takes the word about an image by its own digest and by that of the index which leads to it', async () => {
    const [image, index] = await indexedLayout();
    const outcomes = [image, index, `sha256:${'0'.repeat(64)}`].map((digest) => {
      const products = [{ '@id': `pkg:oci/app@${digest}`, subcomponents: [{ '@id': 'pkg:npm/lodash' }] }];
      const said = { status: 'not_affected', justification: 'vulnerable_code_not_present', products };
      const words = ['--advisories', records, '--vex', openVex('image.json', said), '--format', 'json'];
      const { findings, suppressed } = ScanReport.parse(JSON.parse(tidewaiter('scan', layout(), ...words).out));
      return [findings.length, suppressed?.length];
    });
    expect(outcomes).toEqual([
      [0, 1],
      [0, 1],
      [1, 0],
    ]);
  });

  it('takes the word about an image and about a program in it, of a bill of materials', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const purl = `pkg:oci/app@${digest}?arch=amd64&repository_url=index.docker.io%2Facme%2Fapp`;
    const npm = (name: string) => ({ type: 'library', name, version: '1.0.0', purl: `pkg:npm/${name}@1.0.0` });
    const document = {
      ...{ bomFormat: 'CycloneDX', specVersion: '1.6' },
      metadata: { component: { type: 'container', 'bom-ref': 'image', name: 'app', purl } },
      components: [npm('shop'), npm('lodash'), npm('minimist')].map((each) => ({ ...each, 'bom-ref': each.name })),
      dependencies: [
        { ref: 'image', dependsOn: ['shop', 'minimist'] },
        { ref: 'shop', dependsOn: ['lodash', 'minimist'] },
      ],
    };
    const sbom = writeJson(join(directory, 'sbom.json'), document);
    const products = [
      { '@id': 'pkg:oci/app?repository_url=docker.io/acme/app' },
      {
        '@id': 'pkg:oci/app?repository_url=index.docker.io%2Facme%2Fapp',
        subcomponents: [{ '@id': 'pkg:npm/lodash' }],
      },
      { '@id': `pkg:oci/app@${digest}` },
      { '@id': 'pkg:oci/app?repository_url=docker.io/other/app' },
      { '@id': 'pkg:oci/app?repository_url=docker.io/acme/app&arch=arm64' },
      { '@id': 'pkg:npm/shop', subcomponents: [{ '@id': 'pkg:npm/lodash' }, { '@id': 'pkg:npm/minimist' }] },
    ];
    const vouched = products.map((product, at) => {
      const said = { status: 'not_affected', justification: 'vulnerable_code_not_present', products: [product] };
      const vulnerable = at < 5 ? {} : { vulnerability: { name: 'CVE-2020-2000', aliases: ['CVE-2020-1000'] } };
      const words = ['--advisories', records, '--vex', openVex('sbom-vex.json', { ...said, ...vulnerable })];
      const { suppressed } = ScanReport.parse(JSON.parse(tidewaiter('scan', sbom, ...words, '--format', 'json').out));
      return suppressed?.map(({ package: { name } }) => name);
    });
    expect(vouched).toEqual([['lodash'], ['lodash'], ['lodash'], [], [], ['lodash']]);
  }, 60_000);

  it('leaves out what somebody vouches for, says who, and opens the gate for it', () => {
    const vex = openVex('vex.json', { status: 'not_affected', justification: 'vulnerable_code_not_present' });
    const scan = ['scan', root, '--advisories', records, '--vex', vex];
    const report = ScanReport.parse(JSON.parse(tidewaiter(...scan, '--format', 'json').out));
    expect(report.findings.map(({ vulnerability }) => vulnerability.id)).toEqual(['CVE-2020-2000']);
    expect(report.suppressed).toMatchObject([
      {
        vulnerability: { id: 'CVE-2020-1000' },
        suppression: {
          status: 'not_affected',
          author: 'Acme security',
          source: vex,
          justification: 'vulnerable_code_not_present',
        },
      },
    ]);
    const { out } = tidewaiter(...scan);
    expect(out).toContain('1 suppressed');
    expect(out).toMatch(/CVE-2020-1000 +lodash +1\.0\.0 +not affected +vulnerable code not present +Acme security/);
    rmSync(join(records, 'GHSA-minimist.json'));
    expect(tidewaiter(...scan, '--fail-on', 'any').code).toBe(0);
    expect(tidewaiter('scan', root, '--advisories', records, '--fail-on', 'any').code).toBe(1);
  }, 30_000);

  it('takes a repository as a directory, and believes the latest word', () => {
    const hub = join(directory, 'hub', 'pkg', 'npm', 'lodash');
    mkdirSync(hub, { recursive: true });
    writeJson(join(directory, 'hub', 'vex-repository.json'), { name: 'Hub', versions: [] });
    writeJson(join(hub, 'manifest.json'), { ID: 'pkg:npm/lodash', Sources: [] });
    const early = openVex('hub/pkg/npm/lodash/a.openvex.json', { status: 'fixed', timestamp: '2025-01-01T00:00:00Z' });
    const scan = ['scan', root, '--advisories', records, '--format', 'json', '--vex', join(directory, 'hub')];
    const suppressed = () => ScanReport.parse(JSON.parse(tidewaiter(...scan).out)).suppressed?.length;
    expect(suppressed()).toBe(1);
    openVex('hub/pkg/npm/lodash/b.openvex.json', { status: 'affected', action_statement: 'Update.' });
    expect(suppressed()).toBe(0);
    expect(early).toContain('hub');
  }, 30_000);

  it('says what it could not read, and ends when a source is not there', () => {
    const bad = writeJson(join(directory, 'bad.json'), { hello: 'world' });
    const { code, err } = tidewaiter('scan', root, '--advisories', records, '--vex', bad);
    expect(code).toBe(0);
    expect(err).toContain('bad.json is no VEX document');
    expect(tidewaiter('scan', root, '--advisories', records, '--vex', join(directory, 'none')).code).toBe(4);
  }, 30_000);
});

describe('explain', () => {
  const explain = (...words: readonly string[]) => tidewaiter('explain', root, ...words, '--advisories', records);

  it('says what was compared and which record was believed', () => {
    const { code, out } = explain('GHSA-lodash');
    expect(code).toBe(0);
    expect(out).toContain(
      'CVE-2020-1000: lodash 1.0.0 is affected: 1.0.0 is in >= 0, < 2.0.0 by the order of npm (GHSA-lodash of osv).',
    );
    expect(out).toMatch(/GHSA-lodash +osv +npm\/lodash +introduced 0, fixed 2\.0\.0 +affected +decides/);
  });

  it('says why nothing was found', () => {
    expect(explain('CVE-2020-1000', 'minimist').out).toContain(
      'No record about this vulnerability speaks of npm/minimist.',
    );
    writeJson(join(records, 'GHSA-taken-back.json'), {
      ...{ id: 'GHSA-taken-back', modified: '2025-01-01T00:00:00Z', withdrawn: '2025-02-01T00:00:00Z' },
      affected: [{ package: { ecosystem: 'npm', name: 'lodash' }, versions: ['1.0.0'] }],
    });
    const takenBack = explain('GHSA-taken-back').out;
    expect(takenBack).toContain('lodash 1.0.0 is not affected: no record that counts speaks of it.');
    expect(takenBack).toMatch(/GHSA-taken-back +osv .*withdrawn/);
    expect(explain('CVE-2020-9999').out).toContain('No record about CVE-2020-9999 speaks of any package here.');
    expect(explain('CVE-2020-1000', 'absent').out).toContain('There is no package absent here.');
    expect(JSON.parse(explain('CVE-2020-1000', '--format', 'json').out)).toMatchObject([{ outcome: 'affected' }]);
  });

  it.each([
    [['CVE-2020-9999'], 'No record about CVE-2020-9999 speaks of any package here.'],
    [['CVE-2020-1000', 'absent'], 'There is no package absent here.'],
    [['CVE-2020-1000', 'lodash@9'], 'There is no package lodash@9 here.'],
  ])('is done when there is nothing to explain, and says so: %j', (words, sentence) => {
    expect(explain(...words)).toMatchObject({ code: 0, out: `${sentence}\n` });
    expect(explain(...words, '--format', 'json')).toEqual({ code: 0, out: '[]\n', err: `tidewaiter: ${sentence}\n` });
  });

  it('says who vouches for what is found', () => {
    const vex = openVex('vex.json', { status: 'not_affected', justification: 'vulnerable_code_not_present' });
    const { code, out } = explain('CVE-2020-1000', '--vex', vex);
    expect(code).toBe(0);
    expect(out).toContain(
      `It is suppressed, since Acme security says that it is not affected: vulnerable code not present (${vex}).`,
    );
    const json = JSON.parse(explain('CVE-2020-1000', '--vex', vex, '--format', 'json').out) as unknown;
    expect(json).toMatchObject([{ outcome: 'affected', suppression: { status: 'not_affected', source: vex } }]);
    expect(explain('CVE-2020-2000', '--vex', vex).out).not.toContain('suppressed');
  }, 30_000);

  it('says that what it could not read may hold what is asked about', () => {
    expect(explain('CVE-2020-1000').err).toBe('');
    writeFileSync(join(root, 'app', 'node_modules', 'lodash', 'package.json'), '{');
    const { out, err } = explain('CVE-2020-1000');
    expect(out).toContain('No record about CVE-2020-1000 speaks of any package here.');
    expect(err).toContain('tidewaiter: partial: 1 problem in');
  });
});

describe('what is known of attacks', () => {
  it('is imported beside advisories, gives findings their risk, and closes the gate', () => {
    const store = join(directory, 'advisories.db');
    const kev = writeJson(join(directory, 'kev.json'), {
      count: 1,
      vulnerabilities: [{ cveID: 'CVE-2020-1000', vulnerabilityName: 'x', dateAdded: '2024-01-02' }],
    });
    const epss = join(directory, 'epss.csv');
    writeFileSync(epss, '#model_version:v1,score_date:2026-01-01\ncve,epss,percentile\nCVE-2020-2000,0.25,0.9\n');
    const imported = tidewaiter('advisories', 'import', records, `kev=${kev}`, `epss=${epss}`, '--store', store);
    expect(imported).toMatchObject({ code: 0, err: expect.stringContaining('kev: 1 records') });
    const scan = ['scan', root, '--store', store];
    const { findings } = ScanReport.parse(JSON.parse(tidewaiter(...scan, '--format', 'json').out));
    // High without a vector counts as 8: docs/risk.md.
    expect(
      findings.map(({ vulnerability: { id }, risk, epss: score, exploitedSince }) => [id, risk, score, exploitedSince]),
    ).toEqual(
      expect.arrayContaining([
        ['CVE-2020-1000', 96, undefined, '2024-01-02'],
        ['CVE-2020-2000', 69.3, 0.25, undefined],
      ]),
    );
    expect(tidewaiter(...scan).out).toContain('1 known to be exploited');
    expect(tidewaiter(...scan, '--fail-on', 'exploited').code).toBe(1);
    expect(tidewaiter(...scan, '--fail-on', 'critical').code).toBe(0);
  }, 30_000);
});

it('reads a source anew whose records another version of the program has kept', () => {
  const scan = () => tidewaiter('scan', root, '--advisories', records, '--fail-on', 'any').code;
  expect(scan()).toBe(1);
  const cache = join(directory, 'cache', 'tidewaiter', 'sources');
  for (const file of readdirSync(cache)) {
    const path = join(cache, file);
    if (file.endsWith('.json')) {
      const { store: _store, ...note } = z.looseObject({}).parse(JSON.parse(readFileSync(path, 'utf8')));
      writeJson(path, note);
    } else {
      const store = new DatabaseSync(path);
      store.exec('PRAGMA user_version = 1');
      store.close();
    }
  }
  expect(scan()).toBe(1);
});
