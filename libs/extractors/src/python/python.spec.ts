import { zipBytes, type EntryPlan } from '@tidewaiter/formats';
import { defaultExtractLimits, layerFileOf } from '../extractor';
import { extracted } from '../spec-extraction';
import { python } from './python';

const site = 'usr/lib/python3.12/site-packages';

const flask = `Metadata-Version: 2.0
Name: Flask
Version: 0.12
Summary: A microframework
License: BSD
Classifier: License :: OSI Approved :: BSD License

Flask
-----
Name: not-a-header
`;

async function read(path: string, content: string): Promise<readonly string[]> {
  const { packages, problems } = await extracted(python, path, content);
  return [
    ...packages.map((pkg) => `${pkg.name}@${pkg.version}${pkg.isVendored === true ? ' vendored' : ''}`),
    ...problems.map((problem) => problem.code),
  ];
}

function metadata(lines: readonly string[]): string {
  return ['Metadata-Version: 2.4', 'Name: a', 'Version: 1', ...lines, '', ''].join('\n');
}

describe('metadata of an installed Python package', () => {
  it.each([
    [`${site}/Flask-0.12.dist-info/METADATA`, ['Flask@0.12']],
    [`${site}/Flask-0.12.egg-info/PKG-INFO`, ['Flask@0.12']],
    [`${site}/Flask-0.12-py3.12.egg-info`, ['Flask@0.12']],
    [`${site}/Flask-0.12-py3.12.egg/EGG-INFO/PKG-INFO`, ['Flask@0.12']],
    [`${site}/Flask-0.12.egg-info/METADATA`, ['Flask@0.12']],
    ['opt/Flask-0.12/PKG-INFO', []],
    [`${site}/flask/METADATA`, []],
    [`${site}/flask/RECORD`, []],
  ])('reads %s as %j', async (path, expected) => {
    expect(await read(path, flask)).toEqual(expected);
  });

  it.each([
    [`${site}/setuptools/_vendor/wheel-0.43.0.dist-info/METADATA`, true],
    [`${site}/setuptools-69.egg/setuptools/_vendor/wheel-0.43.0.dist-info/METADATA`, true],
    [`${site}/pipenv/vendor/click-8.1.dist-info/METADATA`, true],
    ['app/vendor/click-8.1.dist-info/METADATA', false],
    [`vendor/${site}/click-8.1.dist-info/METADATA`, false],
  ])('says of %s that it is a vendored copy: %s (trap 28)', async (path, isVendored) => {
    expect(await read(path, flask)).toEqual([isVendored ? 'Flask@0.12 vendored' : 'Flask@0.12']);
  });

  it('passes over what pip moved away and did not get to delete', async () => {
    expect(await read(`${site}/~lask-0.12.dist-info/METADATA`, flask)).toEqual([]);
  });

  it('keeps the name as it is written, whatever the directory is called', async () => {
    const text = 'Metadata-Version: 2.1\nName: ruamel.yaml\nVersion: 0.18.6\n';
    expect(await read(`${site}/ruamel_yaml-0.18.6.dist-info/METADATA`, text)).toEqual(['ruamel.yaml@0.18.6']);
  });

  it('reads CR LF, a byte order mark, other letter case and the first of doubled fields', async () => {
    const text = '\ufeffMETADATA-VERSION: 1.0\r\nNAME: a\r\nversion: 1\r\nVersion: 2\r\n\r\nVersion: 3\r\n';
    expect(await read(`${site}/a.egg-info`, text)).toEqual(['a@1']);
  });

  it('reads past megabytes of continued lines', async () => {
    const text = `Name: a\nDescription: x\n${`        ${'d'.repeat(70)}: y\n`.repeat(30_000)}Version: 1\n`;
    expect(await read(`${site}/a.egg-info`, text)).toEqual(['a@1']);
  });

  it.each([
    '',
    '\n\nName: a\nVersion: 1\n',
    'Name: a\n',
    'Version: 1\n',
    'Name:\nVersion: 1\n',
    'Name: a\n b\nVersion: 1\n',
  ])('says so when %j has no name or no version', async (text) => {
    expect(await read(`${site}/a-1.dist-info/METADATA`, text)).toEqual(['python-metadata-unreadable']);
  });

  it.each([
    [['License: BSD', 'Classifier: License :: OSI Approved :: MIT License'], ['BSD']],
    [['License: BSD', 'License-Expression: BSD-3-Clause OR MIT'], ['BSD-3-Clause OR MIT']],
    [
      ['License: Copyright (c) 2010', '        All rights', 'Classifier: License :: OSI Approved :: MIT License'],
      ['MIT License'],
    ],
    [
      [
        'License: UNKNOWN',
        'Classifier: License :: OSI Approved',
        'Classifier: License :: OSI Approved :: MIT License',
        'Classifier: License :: Public Domain',
      ],
      ['MIT License', 'Public Domain'],
    ],
    [[], undefined],
  ])('takes from %j the licences %j', async (lines, expected) => {
    const { packages } = await extracted(python, `${site}/a-1.dist-info/METADATA`, metadata(lines));
    expect(packages[0]?.licenses).toEqual(expected);
  });
});

describe('the files of a Python package', () => {
  async function owned(path: string, text: string): Promise<unknown> {
    const context = { wantsOwner: (name: string) => !name.endsWith('.py'), limits: defaultExtractLimits };
    const { ownedFiles, packages, problems } = await python.extract(layerFileOf(path, Buffer.from(text)), context);
    expect([packages, problems]).toEqual([[], []]);
    return ownedFiles;
  }

  it('are named by RECORD from the directory above, with those of its scripts and of what it vendors', async () => {
    const record = [
      '../../../bin/flask,sha256=TIsxliI6SxTmTYF6fvy-tG-HlgpnTsHb6roHvAVO-s4,232',
      'flask/__init__.py,sha256=x,1',
      'flask/_vendor/b-1.dist-info/METADATA,sha256=x,1',
      '"odd, ""name"".so",sha256=x,1',
      '/opt/absolute.so,,',
      '../../../../../../etc/passwd,,',
      'Flask-0.12.dist-info/METADATA,sha256=x,1',
      'Flask-0.12.dist-info/RECORD,,',
      'no comma',
    ].join('\r\n');
    expect(await owned(`${site}/Flask-0.12.dist-info/RECORD`, record)).toEqual([
      {
        statedIn: `${site}/Flask-0.12.dist-info/METADATA`,
        paths: [
          'usr/bin/flask',
          `${site}/flask/_vendor/b-1.dist-info/METADATA`,
          `${site}/odd, "name".so`,
          'opt/absolute.so',
          `${site}/Flask-0.12.dist-info/RECORD`,
        ],
      },
    ]);
  });

  it('are named by installed-files.txt from its own directory', async () => {
    expect(
      await owned(`${site}/a.egg-info/installed-files.txt`, '../a.so\n../a.py\n../../../../bin/a\nPKG-INFO\n'),
    ).toEqual([{ statedIn: `${site}/a.egg-info/PKG-INFO`, paths: [`${site}/a.so`, 'usr/bin/a'] }]);
  });

  it('trap: say that a package is there when they are only modules, or none', async () => {
    const statedIn = `${site}/a-1.dist-info/METADATA`;
    for (const record of ['a.py,,\n', ''])
      expect(await owned(`${site}/a-1.dist-info/RECORD`, record)).toEqual([{ statedIn, paths: [] }]);
  });
});

describe('eggs, wheels and applications', () => {
  async function readZipped(path: string, entries: readonly EntryPlan[]): Promise<unknown> {
    const { packages, problems } = await extracted(python, path, zipBytes(entries));
    return [...packages, ...problems.map((problem) => problem.code)];
  }

  const wheel = [
    { name: 'pip/__init__.py', text: '' },
    { name: 'pip/_vendor/urllib3-1.dist-info/METADATA', text: flask },
    { name: 'pip-23.2.1.dist-info/METADATA', text: 'Name: pip\nVersion: 23.2.1\nLicense: MIT\n' },
  ];

  it('reads the metadata inside an egg', async () => {
    expect(await readZipped(`${site}/a.egg`, [{ name: 'EGG-INFO/PKG-INFO', text: flask }])).toEqual([
      { name: 'Flask', version: '0.12', licenses: ['BSD'], inside: 'EGG-INFO/PKG-INFO' },
    ]);
  });

  it.each([
    'usr/lib/python3.11/ensurepip/_bundled/pip-23.2.1-py3-none-any.whl',
    'usr/share/python-wheels/pip-23.2.1-py3-none-any.whl',
  ])('reads %s, which waits for new environments, as vendored', async (path) => {
    expect(await readZipped(path, wheel)).toEqual([
      { name: 'pip', version: '23.2.1', isVendored: true, licenses: ['MIT'], inside: 'pip-23.2.1.dist-info/METADATA' },
    ]);
  });

  it.each(['app/serve.pyz', 'app/serve.pex'])('reads what the application %s holds', async (path) => {
    const entries = [
      { name: '__main__.py', text: '' },
      { name: 'six-1.16.0.dist-info/METADATA', text: 'Name: six\nVersion: 1.16.0\n' },
      { name: 'site-packages/Flask-0.12.dist-info/METADATA', text: flask },
      { name: '.deps/b-1-py3-none-any.whl/b-1.dist-info/METADATA', text: 'Name: b\nVersion: 1\n' },
      { name: '.bootstrap/pex/vendor/_vendored/c/c-1.dist-info/METADATA', text: 'Name: c\nVersion: 1\n' },
      { name: 'd-1.dist-info/METADATA', text: 'Name: d\n' },
      { name: 'templates/METADATA', text: '' },
    ];
    expect(await readZipped(path, entries)).toEqual([
      { name: 'six', version: '1.16.0', inside: 'six-1.16.0.dist-info/METADATA' },
      { name: 'Flask', version: '0.12', licenses: ['BSD'], inside: 'site-packages/Flask-0.12.dist-info/METADATA' },
      { name: 'b', version: '1', inside: '.deps/b-1-py3-none-any.whl/b-1.dist-info/METADATA' },
      { name: 'c', version: '1', isVendored: true, inside: '.bootstrap/pex/vendor/_vendored/c/c-1.dist-info/METADATA' },
      'python-metadata-unreadable',
    ]);
  });

  describe('without an ending that says so', () => {
    const entries = [
      { name: '__main__.py', text: '' },
      { name: 'six-1.16.0.dist-info/METADATA', text: 'Name: six\nVersion: 1.16.0\n' },
    ];
    const six = { name: 'six', version: '1.16.0', inside: 'six-1.16.0.dist-info/METADATA' };
    const without = async (start: string, plans: readonly EntryPlan[]): Promise<unknown> => {
      const bytes = Buffer.concat([Buffer.from(start), zipBytes(plans)]);
      const { packages, problems } = await extracted(python, 'usr/local/bin/serve', bytes);
      return [...packages, ...problems.map((problem) => problem.code)];
    };

    it.each(['', '#!/usr/bin/env python3\n', `#!/bin/sh\n${'# looks for a Python\n'.repeat(400)}exit\n`])(
      'are applications by what they hold (%#)',
      async (start) => {
        expect(await without(start, entries)).toEqual([six]);
      },
    );

    it('are somebody else’s when Python would not run them', async () => {
      expect(await without('#!/bin/bash\n', entries.slice(1))).toEqual([]);
      expect((await extracted(python, 'usr/bin/x', '#!/bin/sh\nexit\n')).problems).toEqual([]);
      expect((await extracted(python, 'usr/bin/x', '\x7fELF')).problems).toEqual([]);
    });

    it('have a problem when Python would run them and they are damaged', async () => {
      expect((await extracted(python, 'usr/bin/x', '#!/usr/bin/python3\nPK\x03\x04')).problems).toHaveLength(1);
    });
  });

  it('says which entry of an application is damaged, and reads on', async () => {
    const entries = [
      { name: 'Flask-0.12.dist-info/METADATA', text: flask, crc32: 1 },
      { name: 'b-1.dist-info/METADATA', text: 'Name: b\nVersion: 1\n' },
    ];
    expect(await readZipped('serve.pyz', entries)).toEqual([
      { name: 'b', version: '1', inside: 'b-1.dist-info/METADATA' },
      'python-metadata-unreadable',
    ]);
  });

  it('takes nothing for an application that is no zip', async () => {
    expect((await extracted(python, 'a.pex', 'PEX export')).packages).toEqual([]);
    expect((await extracted(python, 'a.pyz', '')).problems).toEqual([]);
    expect(await read('a.pyz', 'PK broken')).toEqual(['python-metadata-unreadable']);
  });

  it.each([
    ['no metadata', [{ name: 'a', text: '' }]],
    ['incomplete metadata', [{ name: 'EGG-INFO/PKG-INFO', text: 'Name: a\n' }]],
    ['a damaged entry', [{ name: 'EGG-INFO/PKG-INFO', text: flask, crc32: 1 }]],
    ['an entry that lies about its size', [{ name: 'EGG-INFO/PKG-INFO', text: flask, inflatedBytes: 4_000_000_000 }]],
  ])('says so when it has %s', async (_what, entries) => {
    expect(await readZipped(`${site}/a.egg`, entries)).toEqual(['python-metadata-unreadable']);
  });
});
