import { extracted } from '../spec-extraction';
import { dotnetLock } from './dotnet-lock';

async function read(path: string, content: string): Promise<readonly string[]> {
  const { packages, problems } = await extracted(dotnetLock, path, content);
  return [...packages.map((pkg) => `${pkg.name}@${pkg.version}`), ...problems.map((problem) => problem.code)];
}

describe('packages.lock.json', () => {
  it('has what was resolved for every framework, and no projects', async () => {
    const content = JSON.stringify({
      version: 2,
      dependencies: {
        'net6.0': {
          'Newtonsoft.Json': { type: 'Direct', requested: '[13.0.1, )', resolved: '13.0.1', contentHash: 'x' },
          'System.Buffers': { type: 'Transitive', resolved: '4.5.1' },
          'shared.library': { type: 'Project', dependencies: {} },
        },
        'net8.0/linux-x64': {
          'Newtonsoft.Json': { type: 'CentralTransitive', requested: '[13.0.1, )', resolved: '13.0.3' },
        },
      },
    });
    expect(await read('src/packages.lock.json', content)).toEqual([
      'Newtonsoft.Json@13.0.1',
      'System.Buffers@4.5.1',
      'Newtonsoft.Json@13.0.3',
    ]);
  });

  it('of version 3 has its targets beside the version, by alias', async () => {
    const target = (version: string) => ({
      framework: 'net10.0',
      dependencies: {
        'Newtonsoft.Json': { type: 'Direct', requested: `[${version}, )`, resolved: version, contentHash: 'x' },
        'shared.library': { type: 'Project' },
      },
    });
    const content = JSON.stringify({ version: 3, apple: target('13.0.4'), 'banana/linux-x64': target('12.0.3') });
    expect(await read('src/packages.lock.json', content)).toEqual(['Newtonsoft.Json@13.0.4', 'Newtonsoft.Json@12.0.3']);
  });

  it.each(['{"version":1}', '{"version":3,"net10.0":{}}'])('that is %s is a problem', async (content) => {
    expect(await read('packages.lock.json', content)).toEqual(['lock-unreadable']);
  });

  it('says so when a package has no version', async () => {
    const content = JSON.stringify({ version: 1, dependencies: { net6: { A: { type: 'Direct' } } } });
    expect(await read('packages.lock.json', content)).toEqual(['lock-entry-invalid']);
  });
});

describe('project.assets.json', () => {
  it('has the packages of a restore', async () => {
    const libraries = {
      'Serilog/2.10.0': { type: 'package', path: 'serilog/2.10.0' },
      'Own/1.0.0': { type: 'project' },
    };
    expect(await read('obj/project.assets.json', JSON.stringify({ version: 3, targets: {}, libraries }))).toEqual([
      'Serilog@2.10.0',
    ]);
  });
});

describe('packages.config', () => {
  it('has its packages', async () => {
    const content = `\ufeff<?xml version="1.0" encoding="utf-8"?><packages>
      <package id="jQuery" version="3.1.1" targetFramework="net46" />
      <package id="StyleCop" version="6.2.0" developmentDependency="true" /></packages>`;
    expect(await read('web/packages.config', content)).toEqual(['jQuery@3.1.1', 'StyleCop@6.2.0']);
    expect((await extracted(dotnetLock, 'packages.config', content)).packages[1]?.isDevelopment).toBe(true);
  });
});

describe('paket.lock', () => {
  it('has the packages of all groups, and no files', async () => {
    const content = `STORAGE: NONE
RESTRICTION: || (== net8.0) (== netstandard2.0)
NUGET
  remote: https://api.nuget.org/v3/index.json
    Argu (6.1.1)
      FSharp.Core (>= 4.3.2)
      System.Configuration.ConfigurationManager (>= 4.4) - restriction: >= net6.0
    FSharp.Core (8.0.200) - redirects: force, content: none
    dotnet-fable (2.0.11) - clitool: true
    Preview.Package (1.0.0-alpha.2+build.5)
  remote: https://feed.example.org/v3/index.json
    Own.Package (2.1)
GITHUB
  remote: fsharp/FAKE
    src/app/FAKE/Cli.fs (7699e40e335f3cc54ab382a8969253fecc1e08a9)
      FSharp.Core
HTTP
  remote: http://www.fssnip.net
    test.fs (/1n)

GROUP Build
REDIRECTS: ON
NUGET
  remote: https://api.nuget.org/v3/index.json
    FAKE (5.16)
    FSharp.Core (8.0.200)
`.replaceAll('\n', '\r\n');
    expect(await read('paket.lock', content)).toEqual([
      'Argu@6.1.1',
      'FSharp.Core@8.0.200',
      'dotnet-fable@2.0.11',
      'Preview.Package@1.0.0-alpha.2+build.5',
      'Own.Package@2.1',
      'FAKE@5.16',
    ]);
  });

  it('of Paket before 1.0 has a line more', async () => {
    expect(
      await read('paket.lock', 'NUGET\n  remote: https://nuget.org/api/v2\n  specs:\n    log4net (1.2.10)\n'),
    ).toEqual(['log4net@1.2.10']);
  });

  it.each([
    ['', []],
    ['NUGET\n  remote: x\n    NoVersion\n', ['lock-entry-invalid']],
    ['GEM\n  remote: x\n', ['lock-unreadable']],
  ])('that is %j gives %j', async (content, expected) => {
    expect(await read('paket.lock', content)).toEqual(expected);
  });
});

describe('a project file', () => {
  it('has the references with a literal version', async () => {
    const content = `<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>
        <PackageReference Include="A" Version="1.2.3" />
        <PackageReference Include="B"><Version>[2.0.0-rc.1]</Version></PackageReference>
        <PackageReference Include="C" Version="3.*" />
        <PackageReference Include="D" Version="[1.0,2.0)" />
        <PackageReference Include="E" Version="$(EVersion)" />
        <PackageReference Include="F" />
        <ProjectReference Include="../G/G.csproj" />
      </ItemGroup></Project>`;
    expect(await read('src/App.csproj', content)).toEqual(['A@1.2.3', 'B@2.0.0-rc.1']);
  });

  it('may leave the versions to Directory.Packages.props', async () => {
    const content = '<Project><ItemGroup><PackageVersion Include="F" Version="6.0" /></ItemGroup></Project>';
    expect(await read('Directory.Packages.props', content)).toEqual(['F@6.0']);
  });

  it('may have another version than Directory.Packages.props', async () => {
    const content = `<Project><ItemGroup>
        <PackageReference Include="A" VersionOverride="3.0.0" />
        <PackageReference Include="B"><VersionOverride>2.0.0</VersionOverride></PackageReference>
        <PackageReference Include="C" VersionOverride="$(CVersion)" />
      </ItemGroup></Project>`;
    expect(await read('App.csproj', content)).toEqual(['A@3.0.0', 'B@2.0.0']);
  });

  it('may update references of other files, as the older way to have versions in one place does', async () => {
    const content = `<Project><ItemGroup>
        <PackageReference Update="A" Version="[1.0.1]" />
        <PackageReference Update="B" PrivateAssets="All" />
      </ItemGroup></Project>`;
    expect(await read('Packages.props', content)).toEqual(['A@1.0.1']);
  });

  it('needs global references only to build', async () => {
    const content = `<Project><ItemGroup>
        <PackageVersion Include="F" Version="6.0" />
        <GlobalPackageReference Include="G" Version="3.5.109" />
      </ItemGroup></Project>`;
    const { packages } = await extracted(dotnetLock, 'Directory.Packages.props', content);
    expect(packages).toEqual([
      { name: 'F', version: '6.0' },
      { name: 'G', version: '3.5.109', isDevelopment: true },
    ]);
  });

  it('may choose: all branches count', async () => {
    const content = `<Project><Choose>
        <When Condition="'$(A)' == '1'"><ItemGroup><PackageReference Include="A" Version="1.0.0" /></ItemGroup></When>
        <Otherwise><ItemGroup><PackageReference Include="A" Version="2.0.0" /></ItemGroup></Otherwise>
      </Choose></Project>`;
    expect(await read('App.csproj', content)).toEqual(['A@1.0.0', 'A@2.0.0']);
  });
});

describe.each([
  'packages.lock.json',
  'obj/project.assets.json',
  'packages.config',
  'App.csproj',
  'App.fsproj',
  'App.vbproj',
  'Directory.Packages.props',
])('%s', (path) => {
  it.each(['', '{}', '[]', '<other/>', 'text'])('that is %j is a problem', async (content) => {
    expect(await read(path, content)).toEqual(['lock-unreadable']);
  });
});
