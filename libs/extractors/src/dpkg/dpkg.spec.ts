import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithTool } from '@tidewaiter/testing';
import { extracted } from '../spec-extraction';
import { dpkg } from './dpkg';

const status = 'var/lib/dpkg/status';

async function names(content: string, path = status): Promise<readonly string[]> {
  return (await extracted(dpkg, path, content)).packages.map((pkg) => pkg.name);
}

function stanza(fields: Record<string, string>): string {
  return `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')}\n\n`;
}

const installed = { Package: 'bash', Status: 'install ok installed', Architecture: 'amd64', Version: '5.2.15-2+b2' };

describe('dpkg’s journal', () => {
  const read = (name: string, text: string) => extracted(dpkg, `var/lib/dpkg/updates/${name}`, text);
  const nothing = { packages: [], problems: [] };

  it('says of a package what holds in the place of what its database says', async () => {
    const { packages, supersedes, problems } = await read('0003', stanza(installed));
    expect(packages).toMatchObject([{ name: 'bash', version: '5.2.15-2+b2', architecture: 'amd64' }]);
    expect(supersedes).toEqual([{ name: 'bash', architecture: 'amd64' }]);
    expect(problems).toEqual([]);
  });

  it('says which are gone, and which are there for one of several architectures; the last word counts', async () => {
    const gone = stanza({ Package: 'a', Status: 'purge ok not-installed' });
    const shared = stanza({ ...installed, Package: 'b', 'Multi-Arch': 'same' });
    const { packages, supersedes } = await read('0003', stanza({ ...installed, Package: 'a' }) + shared + gone);
    expect(packages).toMatchObject([{ name: 'b' }]);
    expect(supersedes).toEqual([{ name: 'a' }, { name: 'b', architecture: 'amd64', isForOneArchitecture: true }]);
  });

  it.each([
    ['0003', 'damage'],
    ['0003', stanza({ Package: 'bash', Status: 'install ok installed' })],
    ['0003', stanza({ Package: 'bash', Version: '1' })],
    ['00003', stanza(installed)],
  ])('is named where it cannot be applied: %s, %j', async (name, text) => {
    const { packages, problems } = await read(name, text);
    expect([packages, problems.map(({ code }) => code)]).toEqual([[], ['dpkg-interrupted']]);
  });

  it('is nothing where it is empty, nor what dpkg has not finished writing', async () => {
    expect(await read('0003', '')).toEqual(nothing);
    expect(await read('tmp.i', '#padding')).toEqual(nothing);
  });
});

describe('dpkg’s diversions', () => {
  const read = (text: string) => extracted(dpkg, 'var/lib/dpkg/diversions', text);

  it('say where the files of all packages but one lie', async () => {
    const text = '/usr/bin/x\n/usr/bin/x.distrib\nmine\n/sbin/initctl\n/sbin/initctl.distrib\n:\n';
    expect(await read(text)).toEqual({
      packages: [],
      problems: [],
      diversions: [
        { from: 'usr/bin/x', to: 'usr/bin/x.distrib', by: 'mine' },
        { from: 'sbin/initctl', to: 'sbin/initctl.distrib' },
      ],
    });
    expect(await read('')).toEqual({ packages: [], problems: [] });
  });

  it.each(['/usr/bin/x\n', '/usr/bin/x\n/usr/bin/y\n', 'x\ny\nz\n', '/x\n/y\n\n'])(
    'that are %j are a problem',
    async (text) => {
      const { problems, diversions } = await read(text);
      expect([problems.map(({ code }) => code), diversions]).toEqual([['dpkg-diversions-unreadable'], undefined]);
    },
  );
});

describe('dpkg status', () => {
  it('reads name, version, architecture and source', async () => {
    const { packages, problems } = await extracted(dpkg, status, stanza({ ...installed, Source: 'bash (5.2.15-2)' }));
    expect(problems).toEqual([]);
    expect(packages).toEqual([
      {
        name: 'bash',
        version: '5.2.15-2+b2',
        architecture: 'amd64',
        source: { name: 'bash', version: '5.2.15-2' },
      },
    ]);
  });

  it.each([
    [undefined, { name: 'bash', version: '5.2.15-2+b2' }],
    ['shells', { name: 'shells', version: '5.2.15-2+b2' }],
    ['shells (1:5.0-1)', { name: 'shells', version: '1:5.0-1' }],
    ['shells ()', { name: 'shells', version: '5.2.15-2+b2' }],
  ])('takes the source from %j', async (source, expected) => {
    const fields: Record<string, string> = source === undefined ? installed : { ...installed, Source: source };
    expect((await extracted(dpkg, status, stanza(fields))).packages[0]?.source).toEqual(expected);
  });

  it.each([
    ['install ok installed', true],
    ['deinstall ok installed', true],
    ['hold ok installed', true],
    ['install reinstreq half-installed', true],
    ['install ok unpacked', true],
    ['install ok half-configured', true],
    ['install ok triggers-awaited', true],
    ['deinstall ok config-files', false],
    ['unknown ok not-installed', false],
    ['purge ok not-installed', false],
  ])('says of "%s" that the package is there: %s', async (state, isThere) => {
    expect(await names(stanza({ ...installed, Status: state }))).toEqual(isThere ? ['bash'] : []);
  });

  it('reads the single stanza of a distroless image, which has no status', async () => {
    const text = 'Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\nMaintainer: X <x@debian.org>\n';
    expect(await names(text, 'var/lib/dpkg/status.d/dHpkYXRh')).toEqual(['tzdata']);
  });

  it('ignores case in field names, keeps the first of doubled fields and joins nothing from continuation lines', async () => {
    const text = 'PACKAGE: a\nversion: 1\nVersion: 2\nDescription: x\n Package: b\n\tVersion: 3\n .\n\n';
    expect((await extracted(dpkg, status, text)).packages).toMatchObject([{ name: 'a', version: '1' }]);
  });

  it('reads carriage returns, several blank lines and a missing last newline', async () => {
    const text = `${stanza(installed)}\n\n${stanza({ ...installed, Package: 'zsh' })}`.replace(/\n/g, '\r\n').trimEnd();
    expect(await names(text)).toEqual(['bash', 'zsh']);
  });

  it('reads past a field of megabytes', async () => {
    const text =
      stanza({ ...installed, Conffiles: `\n /etc/x ${'f'.repeat(3_000_000)}` }) +
      stanza({ ...installed, Package: 'zsh' });
    expect(await names(text)).toEqual(['bash', 'zsh']);
  });

  it.each(['Package', 'Version', 'Architecture', 'Source'])('says so when %s is too long for one', async (field) => {
    const { packages, problems } = await extracted(dpkg, status, stanza({ ...installed, [field]: 'x'.repeat(5000) }));
    expect([packages, problems[0]?.code]).toEqual([[], 'dpkg-stanza-incomplete']);
    expect(problems[0]?.message.length).toBeLessThan(500);
  });

  it('says so when an installed package has no version', async () => {
    const { packages, problems } = await extracted(dpkg, status, 'Package: a\nStatus: install ok installed\n\n');
    expect([packages, problems[0]?.code]).toEqual([[], 'dpkg-stanza-incomplete']);
  });

  it.each([
    ['Debian Javascript Maintainers <pkg-javascript-devel@alioth-lists.debian.net>', true],
    ['Matthias Klose <doko@debian.org>', true],
    ['Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>', true],
    ['Canonical Server Team <pkg-server@canonical.com>', true],
    ['Ivan Iguaran <secure@nodesource.com>', undefined],
    ['Somebody <root@notdebian.org>', undefined],
  ])('knows the distro by its maintainer %s', async (maintainer, expected) => {
    const { packages } = await extracted(dpkg, status, stanza({ ...installed, Maintainer: maintainer }));
    expect(packages[0]?.isDistroMaintained).toBe(expected);
  });
});

describe('dpkg file lists', () => {
  it.each([
    ['0.4.2-1+deb12u1', true],
    ['5.10.0-1~deb11u2', true],
    ['0.4.2-1', undefined],
  ])('knows an update to a stable release by its version %s, whoever maintains it', async (Version, expected) => {
    const text = stanza({ ...installed, Version, Maintainer: 'Andrii Senkovych <andrii@senkovych.com>' });
    const { packages } = await extracted(dpkg, status, text);
    expect(packages[0]?.isDistroMaintained).toBe(expected);
  });

  it('keeps of a list what may be a package of a language, and the maintainer scripts beside it', async () => {
    const text = '/.\n/usr\n/usr/share/nodejs/node_modules/a/package.json\n/usr/bin/x\n';
    expect(await extracted(dpkg, 'var/lib/dpkg/info/npm:amd64.list', text)).toEqual({
      packages: [],
      problems: [],
      ownedFiles: [
        {
          name: 'npm',
          architecture: 'amd64',
          paths: [
            ...['preinst', 'postinst', 'prerm', 'postrm', 'config'].map(
              (script) => `var/lib/dpkg/info/npm:amd64.${script}`,
            ),
            'usr/share/nodejs/node_modules/a/package.json',
          ],
        },
      ],
    });
  });

  it('reads the checksums of a distroless package as its list', async () => {
    const text = `${'0'.repeat(32)}  usr/lib/node_modules/a/package.json\n${'1'.repeat(32)}  ./usr/bin/x\n`;
    expect((await extracted(dpkg, 'var/lib/dpkg/status.d/nodejs.md5sums', text)).ownedFiles).toEqual([
      { name: 'nodejs', paths: ['usr/lib/node_modules/a/package.json'] },
    ]);
  });
});

describeWithTool('dpkg-query', 'dpkg status as dpkg-query reads it', () => {
  it('gives the same names, versions, architectures and sources', async () => {
    const states = [
      'install ok installed',
      'deinstall ok installed',
      'deinstall ok config-files',
      'install ok unpacked',
    ];
    const text = states
      .map((state, at) =>
        stanza({
          Package: `package-${at}`,
          Status: state,
          Maintainer: 'A <a@debian.org>',
          Architecture: 'all',
          ...(at % 2 === 0 ? { Source: `source-${at} (${at}.0-1)` } : {}),
          Version: `1:${at}.0-1+b1`,
          ...(state.endsWith('config-files') ? { 'Config-Version': '1.0' } : {}),
          Description: 'x\n a longer text',
        }),
      )
      .join('');
    const root = mkdtempSync(join(tmpdir(), 'tidewaiter-dpkg-'));
    try {
      for (const part of ['info', 'updates']) mkdirSync(join(root, part));
      for (const at of states.keys()) writeFileSync(join(root, 'info', `package-${at}.list`), '/.\n');
      writeFileSync(join(root, 'status'), text);
      const format = '${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n';
      const asked = spawnSync('dpkg-query', [`--admindir=${root}`, '-W', `-f=${format}`], { encoding: 'utf8' });
      const expected = asked.stdout
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('config-files'))
        .map((line) => line.slice(line.indexOf(' ') + 1));
      const { packages } = await extracted(dpkg, status, text);
      const mine = packages.map((pkg) =>
        [pkg.name, pkg.version, pkg.architecture, pkg.source?.name, pkg.source?.version].join(' '),
      );
      expect(expected).toHaveLength(3);
      expect(mine.sort()).toEqual(expected.sort());
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
