import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipBytes } from '@tidewaiter/formats';
import { describeWithTool } from '@tidewaiter/testing';
import { extracted } from '../spec-extraction';
import { goBinary } from './go-binary';

interface Build {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What the program's own module is said to be; `go version -m` says it from module information alone. */
  readonly version: string;
}

describeWithTool('go', 'go-binary, against `go version -m` of the Go on the PATH', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-go-'));
  const app = join(directory, 'app');

  beforeAll(() => {
    writeProxy(join(directory, 'proxy'));
    writeFiles(app, {
      'go.mod': [
        'module example.org/app',
        'go 1.21',
        'require (',
        'example.org/dep v1.2.3',
        'example.org/replaced v1.0.0',
        'example.org/local v0.1.0',
        ')',
        'replace example.org/replaced v1.0.0 => example.org/dep v1.9.0',
        'replace example.org/local => ./local',
      ].join('\n'),
      'main.go': [
        'package main',
        'import ("example.org/dep"; "example.org/local"; replaced "example.org/replaced")',
        'var version = "unset"',
        'func main() { println(version, dep.Name, local.Name, replaced.Name) }',
      ].join('\n'),
      'local/go.mod': 'module example.org/local\n',
      'local/local.go': 'package local\nconst Name = "local"\n',
    });
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it.each<[string, Build]>([
    ['plain', { version: '(devel)' }],
    ['big-endian', { env: { GOARCH: 's390x' }, version: '(devel)' }],
    ['for Windows', { env: { GOOS: 'windows' }, version: '(devel)' }],
    ['for macOS', { env: { GOOS: 'darwin', GOARCH: 'arm64' }, version: '(devel)' }],
    ['with a version by linker flags', { flags: ['-ldflags=-s -w -X main.version=v1.2.3'], version: 'v1.2.3' }],
    ['with flags hidden, symbols left', { flags: ['-trimpath', '-ldflags=-X main.version=v1.2.3'], version: 'v1.2.3' }],
    [
      'with flags hidden and no symbols',
      { flags: ['-trimpath', '-ldflags=-s -w -X main.version=v1.2.3'], version: '(devel)' },
    ],
  ])(
    '%s',
    async (_what, { flags = [], env = {}, version }) => {
      const output = join(directory, 'program');
      run(['build', '-o', output, ...flags, '.'], app, env);
      const native = versionOf(output);
      const { packages, problems } = await extracted(goBinary, 'usr/bin/program', readFileSync(output));
      expect(problems).toEqual([]);
      expect(packages.map(({ name, version: found }) => `${name}@${found}`)).toEqual([
        `stdlib@${native.toolchain}`,
        `example.org/app@${version}`,
        ...native.modules,
      ]);
      expect(native.modules).toEqual(['example.org/dep@v1.2.3', 'example.org/local@(devel)', 'example.org/dep@v1.9.0']);
    },
    180_000,
  );

  function run(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): string {
    const result = spawnSync('go', args, {
      cwd,
      encoding: 'utf8',
      env: {
        ...process.env,
        GOPROXY: `file://${join(directory, 'proxy')}`,
        GOFLAGS: '-mod=mod -modcacherw',
        GOMODCACHE: join(directory, 'modules'),
        GONOSUMDB: '*',
        GOTOOLCHAIN: 'local',
        CGO_ENABLED: '0',
        ...env,
      },
    });
    if (result.status !== 0) throw new Error(`go ${args.join(' ')} failed: ${result.stderr}`);
    return result.stdout;
  }

  function versionOf(program: string): { toolchain: string; modules: string[] } {
    const modules: string[] = [];
    let toolchain = '';
    for (const line of run(['version', '-m', program], directory, {}).split('\n')) {
      const [first = '', kind, name = '', version = ''] = line.split('\t');
      if (first !== '') toolchain = / go([\d.]+)/.exec(first)?.[1] ?? '';
      if (kind === 'dep') modules.push(`${name}@${version}`);
      if (kind === '=>') modules.push(replacement(modules.pop(), name, version));
    }
    return { toolchain, modules };
  }

  /** A directory takes the place of a module and keeps its path. */
  function replacement(replaced = '', name: string, version: string): string {
    return name.startsWith('.') ? replaced.replace(/@.*/, '@(devel)') : `${name}@${version}`;
  }
});

/** A module proxy as a directory: https://go.dev/ref/mod#goproxy-protocol */
function writeProxy(directory: string): void {
  for (const [module, version] of [
    ['dep', 'v1.2.3'],
    ['dep', 'v1.9.0'],
  ] as const) {
    const root = `example.org/${module}@${version}`;
    const modFile = `module example.org/${module}\n`;
    writeFiles(join(directory, `example.org/${module}/@v`), {
      [`${version}.info`]: JSON.stringify({ Version: version }),
      [`${version}.mod`]: modFile,
      [`${version}.zip`]: zipBytes([
        { name: `${root}/go.mod`, text: modFile },
        { name: `${root}/${module}.go`, text: `package ${module}\nconst Name = "${module}"\n` },
      ]),
    });
  }
}

function writeFiles(directory: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }
}
