import { extracted } from '../spec-extraction';
import { apk } from './apk';

const path = 'lib/apk/db/installed';
const musl = `C:Q1abc=
P:musl
V:1.2.4-r2
A:x86_64
S:388000
T:the musl c library (libc) implementation
o:musl
m:Somebody <a@alpinelinux.org>
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1xyz=

`;

describe('apk installed', () => {
  it('reads name, version, architecture and origin', async () => {
    const utils = 'P:musl-utils\nV:1.2.4-r2\nA:x86_64\no:musl\n\n';
    expect(await extracted(apk, path, musl + utils)).toEqual({
      packages: [
        { name: 'musl', version: '1.2.4-r2', architecture: 'x86_64', source: { name: 'musl', version: '1.2.4-r2' } },
        {
          name: 'musl-utils',
          version: '1.2.4-r2',
          architecture: 'x86_64',
          source: { name: 'musl', version: '1.2.4-r2' },
        },
      ],
      problems: [],
    });
  });

  it('takes the license as the recipe states it', async () => {
    const { packages } = await extracted(apk, path, 'P:a\nV:1-r0\nL:GPL-2.0-only AND MIT\n');
    expect(packages[0]?.licenses).toEqual(['GPL-2.0-only AND MIT']);
  });

  it('takes the package for its own origin when none is stated', async () => {
    const { packages } = await extracted(apk, path, 'P:a\nV:1-r0\n');
    expect(packages).toEqual([{ name: 'a', version: '1-r0', source: { name: 'a', version: '1-r0' } }]);
  });

  it('leaves out virtual packages', async () => {
    const { packages, problems } = await extracted(apk, path, 'P:.build-deps\nV:20240101.120000\n\nP:a\nV:1-r0\n\n');
    expect([packages.map((pkg) => pkg.name), problems]).toEqual([['a'], []]);
  });

  it('tells fields by case: p: and v: are not the name and the version', async () => {
    const { packages } = await extracted(apk, path, 'P:a\nV:1-r0\np:so:liba.so.1=1\nr:b\nD:c\n\n');
    expect(packages).toMatchObject([{ name: 'a', version: '1-r0' }]);
  });

  it('keeps of the owned files what may be a package of a language', async () => {
    const text = 'P:npm\nV:1-r0\nF:usr/lib/node_modules/npm\nR:package.json\nR:index.js\nF:\nR:root\n\n';
    expect((await extracted(apk, path, text)).ownedFiles).toEqual([
      { name: 'npm', paths: ['usr/lib/node_modules/npm/package.json'] },
    ]);
  });

  it('reads carriage returns', async () => {
    const { packages } = await extracted(apk, path, musl.replace(/\n/g, '\r\n'));
    expect(packages).toMatchObject([{ name: 'musl', version: '1.2.4-r2' }]);
  });

  it('says so when a text is too long for a name, a version or a licence', async () => {
    for (const field of ['P', 'V', 'A', 'L', 'o']) {
      const { packages, problems } = await extracted(
        apk,
        path,
        `P:a\nV:1-r0\n\n${field}:${'x'.repeat(5000)}\nP:b\nV:1-r0\n`,
      );
      expect([packages.map((pkg) => pkg.name), problems.map((problem) => problem.code)]).toEqual([
        ['a'],
        ['apk-entry-incomplete'],
      ]);
      expect(problems[0]?.message.length).toBeLessThan(500);
    }
  });

  it('says so where a line is no field, as apk does when it refuses the database', async () => {
    const codes = async (text: string) => {
      const { packages, problems } = await extracted(apk, path, text);
      return [packages.map(({ name }) => name), problems.map(({ code }) => code)];
    };
    expect(await codes(`${musl}P:b\nV:1-r0\nnoise\nmore noise\n`)).toEqual([['musl', 'b'], ['apk-entry-damaged']]);
    expect(await codes(`${musl}noise\n\nP:b\nV:1-r0\n`)).toEqual([
      ['musl', 'b'],
      ['apk-entry-damaged', 'apk-entry-incomplete'],
    ]);
    expect(await codes('ADB.\u0001\u0002')).toEqual([[], ['apk-entry-damaged', 'apk-entry-incomplete']]);
  });

  it('says so when an entry has no version', async () => {
    const { packages, problems } = await extracted(apk, path, 'P:a\nA:x86_64\n\nP:b\nV:1-r0\n');
    expect([packages.map((pkg) => pkg.name), problems.map((problem) => problem.code)]).toEqual([
      ['b'],
      ['apk-entry-incomplete'],
    ]);
  });
});
