import { extracted } from '../spec-extraction';
import { dotnet } from './dotnet';

interface Library {
  readonly type: string;
  readonly assets?: object;
}

function deps(libraries: Readonly<Record<string, Library>>, target = '.NETCoreApp,Version=v8.0'): string {
  return JSON.stringify({
    runtimeTarget: { name: target, signature: '' },
    targets: {
      [target]: Object.fromEntries(Object.entries(libraries).map(([key, { assets }]) => [key, assets ?? {}])),
    },
    libraries: Object.fromEntries(
      Object.entries(libraries).map(([key, { type }]) => [key, { type, serviceable: true, sha512: '' }]),
    ),
  });
}

async function read(path: string, content: string): Promise<readonly string[]> {
  const { packages, problems } = await extracted(dotnet, path, content);
  return [...packages.map((pkg) => `${pkg.name}@${pkg.version}`), ...problems.map((problem) => problem.code)];
}

const runtime = { runtime: { 'lib/net6.0/A.dll': { assemblyVersion: '13.0.0.0', fileVersion: '13.0.3.27908' } } };

describe('the deps.json of a program', () => {
  it('has the packages with files at run time, not those of the compiler (trap 24)', async () => {
    const content = deps({
      'App/1.0.0': { type: 'project', assets: { runtime: { 'App.dll': {} } } },
      'Newtonsoft.Json/13.0.3': { type: 'package', assets: runtime },
      'SQLitePCLRaw.lib.e_sqlite3/2.1.6': {
        type: 'package',
        assets: {
          runtimeTargets: { 'runtimes/linux-x64/native/libe_sqlite3.so': { rid: 'linux-x64', assetType: 'native' } },
        },
      },
      'Humanizer/2.14.1': { type: 'package', assets: { dependencies: { 'Humanizer.Core.de': '2.14.1' } } },
      'Humanizer.Core.de/2.14.1': {
        type: 'package',
        assets: { resources: { 'lib/net6.0/de/Humanizer.resources.dll': { locale: 'de' } } },
      },
      'Microsoft.AspNetCore.App.Ref/8.0.0': { type: 'package', assets: { compile: { 'ref/net8.0/A.dll': {} } } },
      'Microsoft.CSharp/4.7.0': { type: 'package', assets: { runtime: { 'lib/netcoreapp2.0/_._': {} } } },
      'StyleCop.Analyzers/1.1.118': { type: 'package' },
      'Vendor.Own/2.0.0.0': { type: 'reference', assets: runtime },
    });
    expect(await read('app/App.deps.json', content)).toEqual([
      'Newtonsoft.Json@13.0.3',
      'SQLitePCLRaw.lib.e_sqlite3@2.1.6',
      'Humanizer.Core.de@2.14.1',
    ]);
  });

  it('states the package’s version and not that of a file (trap 25)', async () => {
    expect(await read('app/A.deps.json', deps({ 'A/13.0.3': { type: 'package', assets: runtime } }))).toEqual([
      'A@13.0.3',
    ]);
  });

  it('has the runtime that a self-contained program carries (trap 26)', async () => {
    const name = 'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1';
    const native = { native: { 'libclrjit.so': { fileVersion: '0.0.0.0' } } };
    const content = deps({ [name]: { type: 'runtimepack', assets: native } }, '.NETCoreApp,Version=v8.0/linux-x64');
    expect(await read('app/App.deps.json', content)).toEqual(['Microsoft.NETCore.App.Runtime.linux-x64@8.0.1']);
  });

  it('counts with everything where the target it speaks of is missing', async () => {
    const content = JSON.stringify({
      runtimeTarget: { name: 'x' },
      targets: {},
      libraries: { 'A/1': { type: 'package' } },
    });
    expect(await read('A.deps.json', content)).toEqual(['A@1']);
  });

  it.each(['', 'no json', '[]', '{}', '{"runtimeTarget":{"name":"x"},"targets":[],"libraries":{}}'])(
    'that is %j is a problem',
    async (content) => {
      expect(await read('app/App.deps.json', content)).toEqual(['dotnet-deps-invalid']);
    },
  );

  it('may begin with a byte order mark, and leaves out names without a version', async () => {
    expect(
      await read(
        'A.deps.json',
        `\ufeff${deps({ 'A/1': { type: 'package', assets: runtime }, '/2': { type: 'package' } })}`,
      ),
    ).toEqual(['A@1']);
  });
});

describe('a shared framework', () => {
  const own = { 'Microsoft.NETCore.App.Runtime.linux-x64/8.0.0': { type: 'package', assets: runtime } };
  const rid = '.NETCoreApp,Version=v8.0/linux-x64';

  it.each([
    [
      'usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json',
      own,
      'Microsoft.NETCore.App.Runtime.linux-x64@8.0.1',
    ],
    [
      'usr/share/dotnet/shared/Microsoft.AspNetCore.App/8.0.1/Microsoft.AspNetCore.App.deps.json',
      {},
      'Microsoft.AspNetCore.App.Runtime.linux-x64@8.0.1',
    ],
    ['opt/shared/Microsoft.NETCore.App/2.1.30/Microsoft.NETCore.App.deps.json', {}, 'Microsoft.NETCore.App@2.1.30'],
  ])(
    'at %s is the package that advisories name, in the version of its directory',
    async (path, libraries, expected) => {
      expect(await read(path, deps(libraries, rid))).toEqual([expected]);
    },
  );

  it('is not any program that lies below a directory called so', async () => {
    expect(await read('opt/shared/tools/1.0/App.deps.json', deps({}, rid))).toEqual([]);
  });
});
