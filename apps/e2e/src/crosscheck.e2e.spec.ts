import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithTool } from '@tidewaiter/testing';
import { writeAdvisories } from './advisory-directory';
import { runTool } from './programs-of-the-system';

const tool = join(import.meta.dirname, '../../../tools/crosscheck/debian.mjs');

describeWithTool(['dpkg', 'dpkg-query'], 'the check of Debian findings against dpkg', () => {
  let directory: string;
  let root: string;
  let advisories: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewaiter-crosscheck-'));
    root = join(directory, 'root');
    advisories = join(directory, 'advisories');
    await mkdir(join(root, 'var/lib/dpkg/info'), { recursive: true });
    await mkdir(join(root, 'var/lib/dpkg/updates'), { recursive: true });
    await mkdir(join(root, 'etc'));
    await writeFile(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\n');
    await writeFile(
      join(root, 'var/lib/dpkg/status'),
      [
        'Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0.9-1',
        'Package: zlib1g\nStatus: install ok installed\nSource: zlib (1:1.2.13.dfsg-1)\nVersion: 1:1.2.13.dfsg-1+b1',
        'Package: gone\nStatus: deinstall ok config-files\nVersion: 1',
      ]
        .map((stanza) => `${stanza}\nArchitecture: amd64\nMaintainer: A <a@example.com>\nDescription: a\n\n`)
        .join(''),
    );
    await writeAdvisories(advisories, [
      advisory('CVE-2099-1', 'openssl', '3.0.11-1~deb12u2'),
      advisory('CVE-2099-2', 'openssl', '3.0.9-1'),
      advisory('CVE-2099-3', 'zlib', '1:1.2.13.dfsg-1+b1'),
      advisory('CVE-2099-4', 'gone', '2'),
    ]);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const check = (...more: readonly string[]): Promise<string> =>
    runTool(process.execPath, [tool, '--advisories', advisories, '--root', root, ...more]);

  it('finds no difference, and says what it compared', async () => {
    const said = await check();
    expect(said).toContain('Debian:12: 2 packages of 2 sources');
    expect(said).toContain('findings: 2 by dpkg');
    expect(said).toContain('no difference');
  }, 60_000);

  it('fails and names every difference', async () => {
    const report = join(directory, 'report.json');
    const pkg = (name: string, version: string): object => ({ ecosystem: 'Debian:12', name, version });
    await writeFile(
      report,
      JSON.stringify({
        packages: [
          { ...pkg('libssl3', '3.0.9-1'), source: { name: 'openssl', version: '3.0.9-1' } },
          { ...pkg('zlib1g', '1:1.2.13.dfsg-1+b1'), source: { name: 'zlib', version: '1:1.2.13.dfsg-1+b1' } },
        ],
        findings: [
          { advisory: { id: 'CVE-2099-2' }, package: pkg('libssl3', '3.0.9-1'), verdict: 'affected', fixedIn: '9' },
        ],
      }),
    );
    const failure = await check('--report', report).catch((error: unknown) => String(error));
    for (const line of [
      'package zlib1g 1:1.2.13.dfsg-1+b1: zlib 1:1.2.13.dfsg-1 by dpkg, zlib 1:1.2.13.dfsg-1+b1 by tidewaiter',
      'finding CVE-2099-1 libssl3 3.0.9-1: 3.0.11-1~deb12u2 by dpkg, absent by tidewaiter',
      'finding CVE-2099-2 libssl3 3.0.9-1: absent by dpkg, 9 by tidewaiter',
      'finding CVE-2099-3 zlib1g 1:1.2.13.dfsg-1+b1: 1:1.2.13.dfsg-1+b1 by dpkg, absent by tidewaiter',
      '4 differences',
    ]) {
      expect(failure).toContain(line);
    }
  }, 60_000);
});

function advisory(id: string, name: string, fixed: string): { readonly id: string } {
  const record = {
    schema_version: '1.6.0',
    id,
    modified: '2026-01-01T00:00:00Z',
    affected: [
      {
        package: { ecosystem: 'Debian:12', name },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  };
  return record;
}
