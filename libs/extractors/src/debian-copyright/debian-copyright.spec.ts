import { extracted } from '../spec-extraction';
import { debianCopyright } from './debian-copyright';
import { licenseExpression } from './license-names';

const format = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n';

async function licenses(
  content: string,
  path = 'usr/share/doc/zstd/copyright',
): Promise<readonly string[] | undefined> {
  const { packages, problems, licenses: found } = await extracted(debianCopyright, path, content);
  expect([packages, problems]).toEqual([[], []]);
  return found;
}

describe('a copyright file of Debian', () => {
  it('states the licences of all files, each once', async () => {
    const content = [
      `${format}Upstream-Name: zstd\n`,
      'Files: *\nCopyright: 2015-2023 Meta Platforms, Inc.\nLicense: BSD-3-clause or GPL-2\n',
      'Files: debian/*\nCopyright: 2015 Somebody\nLicense: GPL-2+\n Text of it.\n',
      'Files: lib/dictBuilder/divsufsort.*\nCopyright: 2003 Yuta Mori\nLicense: Expat\n',
      'Files: more/*\nLicense: GPL-2+\n',
      'License: Apache-2.0\n A text that no file refers to.\n',
    ].join('\n');
    expect(await licenses(content)).toEqual(['BSD-3-Clause OR GPL-2.0-only', 'GPL-2.0-or-later', 'MIT']);
  });

  it('may state one for the whole package at its head', async () => {
    expect(await licenses(`${format}License: ISC\n`)).toEqual(['ISC']);
    expect(
      await licenses('Format-Specification: http://svn.debian.org/dep/web/deps/dep5.mdwn\nLicense: ISC\n'),
    ).toEqual(['ISC']);
  });

  it.each([
    ['free text', 'This package was debianized by somebody.\n\nFiles: *\nLicense: GPL-2\n'],
    ['sentences for a name', `${format}\nFiles: *\nLicense: Permission to use, copy, modify, and distribute this\n`],
    ['no licence', `${format}\nFiles: *\nLicense:\n Text\n`],
  ])('says nothing where it has %s', async (_what, content) => {
    expect(await licenses(content)).toBeUndefined();
  });

  it('is not every file of that name', async () => {
    expect(await licenses(`${format}License: ISC\n`, 'srv/doc/x/copyright')).toBeUndefined();
  });
});

describe('licenseExpression', () => {
  it.each([
    ['GPL-2+', 'GPL-2.0-or-later'],
    ['GPL-3', 'GPL-3.0-only'],
    ['LGPL-2.1+', 'LGPL-2.1-or-later'],
    ['GPLv3+', 'GPL-3.0-or-later'],
    ['GFDL-NIV-1.3+', 'GFDL-1.3-no-invariants-or-later'],
    ['GFDL-1.3', 'GFDL-1.3-only'],
    ['GPL-1+ or Artistic', 'GPL-1.0-or-later OR Artistic-1.0'],
    ['Apache-2.0 and BSD-2-clause', 'Apache-2.0 AND BSD-2-Clause'],
    ['BSL-1.0 and OldBoost2', 'BSL-1.0 AND OldBoost2'],
    ['Perl', '(Artistic-1.0-Perl OR GPL-1.0-or-later)'],
    ['GPL-2+ with OpenSSL exception', 'GPL-2+ with OpenSSL exception'],
    ['GPL-2+ or Artistic-2.0, and BSD-3-clause', 'GPL-2+ or Artistic-2.0, and BSD-3-clause'],
    ['public-domain', 'public-domain'],
    ['', undefined],
    ["This software is provided 'as-is'", undefined],
    ['x'.repeat(201), undefined],
  ])('%s', (stated, expected) => {
    expect(licenseExpression(stated)).toBe(expected);
  });
});
