import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanReport } from '@tidewaiter/contracts';

const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'tidewaiter');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let directory: string;
let root: string;
let records: string;
let store: string;

/** The built command, as a shell would start it, with a cache of its own. */
function tidewaiter(words: readonly string[], input = '', nodeOptions: readonly string[] = []): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH, HOME: directory, XDG_CACHE_HOME: join(directory, 'cache') };
    const child = spawn(process.execPath, [...nodeOptions, program, ...words], { env });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, out, err });
    });
    child.stdin.end(input);
  });
}

beforeAll(() => {
  const built = join(import.meta.dirname, '..', '..', '..', 'dist', 'cli.mjs');
  if (!existsSync(built)) throw new Error('dist/cli.mjs is missing; run "npm run build" first');
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidewaiter-cli-'));
  root = join(directory, 'root');
  records = join(directory, 'records');
  store = join(directory, 'advisories.db');
  for (const [name, version] of [
    ['lodash', '4.17.15'],
    ['minimist', '1.2.0'],
    ['odd', 'not-a-version'],
  ] as const) {
    const folder = join(root, 'app', 'node_modules', name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version }));
  }
  await mkdir(records);
  await writeRecord('GHSA-aaaa-aaaa-aaaa', 'lodash', '4.17.21', 'HIGH');
  await writeRecord('GHSA-bbbb-bbbb-bbbb', 'minimist', '1.2.6', 'CRITICAL');
  await writeRecord('GHSA-cccc-cccc-cccc', 'minimist', '1.0.0', 'CRITICAL');
});
afterEach(() => rm(directory, { recursive: true }));

async function writeRecord(id: string, name: string, fixed: string, severity: string): Promise<void> {
  const record = {
    id,
    modified: '2025-01-01T00:00:00Z',
    aliases: [id.replace(/^GHSA-(\w)\S*/, (_, letter: string) => `CVE-2020-${letter.charCodeAt(0)}00`)],
    summary: `Something in ${name}`,
    database_specific: { severity },
    affected: [
      { package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }] },
    ],
  };
  await writeFile(join(records, `${id}.json`), JSON.stringify(record));
}

describe('scan', () => {
  it('tells what is affected and where the fix is, from an imported store', async () => {
    expect(await tidewaiter(['advisories', 'import', records, '--store', store])).toMatchObject({ code: 0 });
    const { code, out } = await tidewaiter(['scan', root, '--store', store, '--format', 'json']);
    expect(code).toBe(0);
    const report = ScanReport.parse(JSON.parse(out));
    expect(report.target).toBe(root);
    expect(
      report.findings.map(({ vulnerability, package: { name }, severity, fixedIn }) => [
        vulnerability.id,
        name,
        severity,
        fixedIn,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['CVE-2020-9700', 'lodash', 'high', '4.17.21'],
        ['CVE-2020-9800', 'minimist', 'critical', '1.2.6'],
      ]),
    );
    expect(report.findings.filter(({ verdict }) => verdict === 'affected')).toHaveLength(2);
  });

  it('prints a table with the worst first and one line that sums up', async () => {
    const { out } = await tidewaiter(['scan', root, '--advisories', records]);
    expect(out).toMatch(/^SEVERITY +VULNERABILITY +PACKAGE/);
    expect(out.indexOf('minimist')).toBeLessThan(out.indexOf('lodash'));
    expect(out).toContain('2 findings (1 critical, 1 high), 2 with a fix');
    // eslint-disable-next-line no-control-regex -- no colour may reach a pipe
    expect(out).not.toMatch(/\u001b/);
  });

  it('reads raw records again only when they changed', async () => {
    await tidewaiter(['scan', root, '--advisories', records]);
    await writeRecord('GHSA-aaaa-aaaa-aaaa', 'lodash', '4.17.10', 'HIGH');
    await utimes(join(records, 'GHSA-aaaa-aaaa-aaaa.json'), new Date(), new Date(Date.now() + 5000));
    const { out } = await tidewaiter(['scan', root, '--advisories', records]);
    expect(out).toContain('1 finding (1 critical)');
  });

  it('writes to a file when asked, and nothing to standard output', async () => {
    const output = join(directory, 'report.json');
    const { code, out } = await tidewaiter([
      'scan',
      root,
      '--advisories',
      records,
      '--format',
      'json',
      '--output',
      output,
    ]);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    ScanReport.parse(JSON.parse(await readFile(output, 'utf8')));
  });

  it.each(['cyclonedx', 'spdx', 'sarif', 'openvex'])('writes %s, the same bytes each time', async (format) => {
    const words = ['scan', root, '--advisories', records, '--format', format];
    const { code, out } = await tidewaiter(words);
    expect(code).toBe(0);
    expect(JSON.stringify(JSON.parse(out))).toContain('CVE-2020-9700');
    expect((await tidewaiter(words)).out).toBe(out);
  });

  it('says that OpenVEX has no document without a statement', async () => {
    const nowhere = join(directory, 'empty-root');
    await mkdir(nowhere, { recursive: true });
    expect(await tidewaiter(['scan', nowhere, '--advisories', records, '--format', 'openvex'])).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('no document without a statement') as string,
    });
  });

  it('lists several images when all platforms are asked for, also when there is one', async () => {
    const { out } = await tidewaiter(['scan', root, '--advisories', records, '--format', 'json', '--platform', 'all']);
    expect(JSON.parse(out)).toHaveLength(1);
  });
});

describe('a bill of materials as the target', () => {
  it('is judged like the image it describes, from a file and from standard input', async () => {
    const bom = join(directory, 'bom.json');
    await tidewaiter(['inventory', root, '--format', 'cyclonedx', '--output', bom]);
    const findings = (out: string): unknown => ScanReport.parse(JSON.parse(out)).findings;
    const scan = (target: string, input = '') =>
      tidewaiter(['scan', target, '--advisories', records, '--format', 'json'], input);
    const expected = findings((await scan(root)).out);
    expect(findings((await scan(bom)).out)).toEqual(expected);
    expect(findings((await scan('-', await readFile(bom, 'utf8'))).out)).toEqual(expected);
  }, 20_000);

  it('that is none cannot be read', async () => {
    expect(await tidewaiter(['inventory', '-'], '{}')).toMatchObject({
      code: 3,
      err: expect.stringContaining('neither CycloneDX nor SPDX') as string,
    });
  });
});

describe('exit codes', () => {
  it('0 and 1: the gate', async () => {
    const scan = (...words: readonly string[]) => tidewaiter(['scan', root, '--advisories', records, ...words]);
    expect((await scan()).code).toBe(0);
    const stopped = await scan('--fail-on', 'critical,fixable');
    expect(stopped).toMatchObject({ code: 1, err: expect.stringContaining('the gate says no: 1 finding') as string });
    expect(stopped.out).toContain('minimist');
  });

  it('2: wrong usage', async () => {
    for (const words of [
      ['nonsense'],
      ['scan'],
      ['scan', root, '--fail-on', 'terrible'],
      ['scan', root, '--format', 'xml'],
      ['inventory', root, '--format', 'sarif'],
      ['inventory', root, '--format', 'spdx', '--platform', 'all'],
    ]) {
      expect(await tidewaiter(words)).toMatchObject({ code: 2, out: '' });
    }
  });

  it('3: the target cannot be read', async () => {
    const broken = join(directory, 'broken.tar');
    await writeFile(broken, 'this is not a tar');
    for (const target of [join(directory, 'missing'), broken, 'debian:12', 'localhost:9/x/y:z']) {
      const { code, err } = await tidewaiter(['scan', target, '--advisories', records]);
      expect([target, code]).toEqual([target, 3]);
      expect(err).toMatch(/^tidewaiter: [^\n]+\n$/);
    }
    expect((await tidewaiter(['advisories', 'import', join(directory, 'missing'), '--store', store])).code).toBe(3);
  });

  it('4: no advisories, or too old ones', async () => {
    expect((await tidewaiter(['scan', root])).code).toBe(4);
    expect((await tidewaiter(['scan', root, '--advisories', join(directory, 'missing')])).code).toBe(4);
    const empty = join(directory, 'empty');
    await mkdir(empty);
    await writeFile(join(empty, 'x.json'), '{}');
    expect((await tidewaiter(['scan', root, '--advisories', empty])).code).toBe(4);
    await tidewaiter(['advisories', 'import', records, '--store', store]);
    expect((await tidewaiter(['scan', root, '--store', store, '--max-age', '1'])).code).toBe(0);
    expect((await tidewaiter(['scan', root, '--store', store, '--max-age', '0'])).code).toBe(4);
  });
});

describe('a partial result', () => {
  it('says so on both outputs, and a gate does not open for it', async () => {
    await writeFile(join(root, 'app', 'node_modules', 'odd', 'package.json'), '{"name": "odd", ');
    const plain = await tidewaiter(['scan', root, '--advisories', records]);
    expect(plain).toMatchObject({
      code: 0,
      out: expect.stringContaining('PARTIAL') as string,
      err: expect.stringContaining('tidewaiter: partial: 1 problem') as string,
    });
    await writeRecord('GHSA-bbbb-bbbb-bbbb', 'minimist', '1.0.0', 'CRITICAL');
    const gate = ['scan', root, '--advisories', records, '--fail-on', 'critical'];
    expect(await tidewaiter(gate)).toMatchObject({
      code: 3,
      err: expect.stringContaining('the gate cannot say yes') as string,
    });
  });
});

describe('the other commands', () => {
  it('inventory lists packages without judging', async () => {
    const { code, out } = await tidewaiter(['inventory', root, '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ packages: [{ name: 'lodash' }, { name: 'minimist' }, { name: 'odd' }] });
  });

  it('compiled code is kept where there is a cache, and no cache is made for it', async () => {
    const cache = join(directory, 'cache', 'tidewaiter');
    await rm(cache, { recursive: true, force: true });
    await tidewaiter(['inventory', root]);
    expect(existsSync(cache)).toBe(false);
    await mkdir(cache, { recursive: true });
    const first = await tidewaiter(['inventory', root]);
    expect(existsSync(join(cache, 'code'))).toBe(true);
    expect(await tidewaiter(['inventory', root])).toEqual(first);
  });

  it('advisories status tells what is there', async () => {
    await tidewaiter(['advisories', 'import', records, '--store', store]);
    const { out } = await tidewaiter(['advisories', 'status', '--store', store, '--format', 'json']);
    expect(JSON.parse(out)).toMatchObject({
      parts: [{ feed: 'osv', name: 'records', records: 3 }],
      ecosystems: [{ ecosystem: 'npm', advisories: 3 }],
    });
  });

  it('versions compare answers one pair, or a line for each line', async () => {
    expect(await tidewaiter(['versions', 'compare', 'dpkg', '1.0~rc1', '1.0'])).toEqual({
      code: 0,
      out: '<\n',
      err: '',
    });
    const { out } = await tidewaiter(
      ['versions', 'compare', 'npm', '--stdin'],
      '1.0.0 1.0.0\n2.0.0 1.0.0-rc.1\nx 1.0.0\n\n',
    );
    expect(out).toMatch(/^=\n>\nundetermined: .+\nundetermined: .+\n$/);
    expect((await tidewaiter(['versions', 'compare', 'nonsense', '1', '2'])).code).toBe(2);
  });

  it('versions compare answers a million lines as they come: a small heap is enough', async () => {
    const lines = '1.0~rc1-1.el9 1.0-1.el9\n1:2-3 2-3\n1.0 1.0.0.\n?\n'.repeat(250_000);
    const { code, out, err } = await tidewaiter(['versions', 'compare', 'rpm', '--stdin'], lines, [
      '--max-old-space-size=24',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const answers = /^(?:<\n>\n<\nundetermined: [^\n]+\n){250000}$/;
    expect(answers.test(out)).toBe(true);
  }, 60_000);

  it('--version and --help need nothing', async () => {
    expect((await tidewaiter(['--version'])).out).toMatch(/^tidewaiter \d+\.\d+\.\d+\n$/);
    expect((await tidewaiter(['scan', '--help'])).out).toContain('--fail-on CONDITION');
  });
});
