import { extracted } from '../spec-extraction';
import { pacman } from './pacman';

const directory = 'var/lib/pacman/local/bash-5.2.026-2';
const description = `%NAME%
bash

%VERSION%
5.2.026-2

%BASE%
shells

%DESC%
%NAME%

%ARCH%
x86_64

%PACKAGER%
Tobias Powalowski <tpowa@archlinux.org>

%LICENSE%
GPL-3.0-or-later
custom

`;

describe('a pacman description', () => {
  it.each([description, description.replace(/\n/g, '\r\n'), description.trimEnd()])(
    'gives the package',
    async (text) => {
      expect(await extracted(pacman, `${directory}/desc`, text)).toEqual({
        packages: [
          {
            name: 'bash',
            version: '5.2.026-2',
            architecture: 'x86_64',
            source: { name: 'shells', version: '5.2.026-2' },
            isDistroMaintained: true,
            licenses: ['GPL-3.0-or-later', 'custom'],
          },
        ],
        problems: [],
      });
    },
  );

  it('of a package built at home is a third party’s and its own source', async () => {
    const text = '%NAME%\nyay\n\n%VERSION%\n12-1\n\n%PACKAGER%\nUnknown Packager\n';
    expect((await extracted(pacman, `${directory}/desc`, text)).packages).toEqual([
      { name: 'yay', version: '12-1', source: { name: 'yay', version: '12-1' } },
    ]);
  });

  it.each([
    '',
    '%NAME%\nbash\n',
    '%VERSION%\n1-1\n',
    'NAME\nbash\n\n%VERSION%\n1\n',
    `%NAME%\nbash\n\n%VERSION%\n${'1'.repeat(5000)}\n`,
  ])('that is %j is a problem', async (text) => {
    const { packages, problems } = await extracted(pacman, `${directory}/desc`, text);
    expect([packages, problems.map((problem) => problem.code)]).toEqual([[], ['pacman-entry-incomplete']]);
  });

  it.each([`${directory}/deeper/desc`, `chroot/${directory}/desc`])('is not read at %s', async (path) => {
    expect(await extracted(pacman, path, description)).toEqual({ packages: [], problems: [] });
  });
});

describe('a pacman file list', () => {
  it('names the description of the package that owns the files', async () => {
    const text =
      '%FILES%\nusr/\nusr/lib/node_modules/a/package.json\nusr/bin/a\n\n%BACKUP%\netc/node_modules/b/package.json\tabc\n';
    expect(await extracted(pacman, `${directory}/files`, text)).toEqual({
      packages: [],
      problems: [],
      ownedFiles: [{ statedIn: `${directory}/desc`, paths: ['usr/lib/node_modules/a/package.json'] }],
    });
  });
});
