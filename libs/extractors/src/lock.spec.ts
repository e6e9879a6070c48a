import { conanLock } from './conan-lock/conan-lock';
import { condaLock } from './conda-lock/conda-lock';
import { dotnetLock } from './dotnet-lock/dotnet-lock';
import type { Extractor } from './extractor';
import { juliaLock } from './julia-lock/julia-lock';
import { nodeLock } from './node-lock/node-lock';
import { pythonLock } from './python-lock/python-lock';
import { rustLock } from './rust-lock/rust-lock';
import { extracted } from './spec-extraction';
import { swiftLock } from './swift-lock/swift-lock';

const poetry = (version: string) => `[[package]]
name = "a"
version = "1.0"
[metadata]
lock-version = "${version}"
content-hash = "0"
`;
const pdm = (version: string) => `[metadata]
lock_version = "${version}"
content_hash = "0"
[[package]]
name = "a"
version = "1.0"
`;
const conda = (version: string) => `version: ${version}
package:
- name: a
  version: '1.0'
  manager: conda
  platform: linux-64
  url: https://conda.example.org/conda-forge/linux-64/a-1.0-0.conda
`;
const pixi = (version: string) => `version: ${version}
environments:
  default:
    channels: []
packages:
- conda: https://conda.example.org/conda-forge/linux-64/a-1.0-0.conda
`;
const tomlTables = '[[package]]\nname = "a"\nversion = "1.0"\n';
const fromRegistry = `${tomlTables}source = "registry+https://index.example"\n`;
const fromIndex = `${tomlTables}source = { registry = "https://index.example" }\n`;
const npmPackages = { 'node_modules/a': { version: '1.0' } };
const pins = [{ location: 'https://git.example/a', state: { version: '1.0' } }];
const dependencies = { net10: { a: { type: 'Direct', resolved: '1.0' } } };
const assets = { 'a/1.0': { type: 'package' } };

interface Format {
  readonly extractor: Extractor;
  readonly path: string;
  readonly newest: string;
  readonly later: string;
  readonly text: (version: string) => string;
}

/** Of each format: the newest version that its own tool writes or reads, one after it, and a file of either. */
const formats: readonly Format[] = [
  {
    extractor: nodeLock,
    path: 'package-lock.json',
    newest: '3',
    later: '4',
    text: (v) => `{"lockfileVersion":${v},"packages":${json(npmPackages)}}`,
  },
  {
    extractor: nodeLock,
    path: 'bun.lock',
    newest: '2',
    later: '3',
    text: (v) => `{"lockfileVersion":${v},"packages":{"a":["a@1.0","",{},""]}}`,
  },
  {
    extractor: nodeLock,
    path: 'deno.lock',
    newest: '5',
    later: '6',
    text: (v) => `{"version":"${v}","npm":{"a@1.0":{"integrity":""}}}`,
  },
  {
    extractor: nodeLock,
    path: 'pnpm-lock.yaml',
    newest: "'9.0'",
    later: "'10.0'",
    text: (v) => `lockfileVersion: ${v}\npackages:\n  a@1.0:\n    x: y\n`,
  },
  {
    extractor: nodeLock,
    path: 'yarn.lock',
    newest: '10',
    later: '11',
    text: (v) => `__metadata:\n  version: ${v}\n"a@npm:1":\n  version: 1.0\n  resolution: "a@npm:1.0"\n`,
  },
  { extractor: rustLock, path: 'Cargo.lock', newest: '4', later: '5', text: (v) => `version = ${v}\n${fromRegistry}` },
  {
    extractor: pythonLock,
    path: 'Pipfile.lock',
    newest: '6',
    later: '7',
    text: (v) => `{"_meta":{"pipfile-spec":${v}},"default":{"a":{"version":"==1.0"}}}`,
  },
  { extractor: pythonLock, path: 'poetry.lock', newest: '2.1', later: '3.0', text: poetry },
  { extractor: pythonLock, path: 'pdm.lock', newest: '4.5.1', later: '4.6.0', text: pdm },
  { extractor: pythonLock, path: 'pdm.lock', newest: '4.5.1', later: '5.0', text: pdm },
  {
    extractor: pythonLock,
    path: 'uv.lock',
    newest: '1\nrevision = 3',
    later: '2',
    text: (v) => `version = ${v}\n${fromIndex}`,
  },
  {
    extractor: pythonLock,
    path: 'pylock.toml',
    newest: '1.0',
    later: '1.1',
    text: (v) => `lock-version = "${v}"\n[[packages]]\nname = "a"\nversion = "1.0"\n`,
  },
  { extractor: condaLock, path: 'conda-lock.yml', newest: '2', later: '4', text: conda },
  { extractor: condaLock, path: 'pixi.lock', newest: '7', later: '8', text: pixi },
  {
    extractor: conanLock,
    path: 'conan.lock',
    newest: '0.5',
    later: '0.6',
    text: (v) => `{"version":"${v}","requires":["a/1.0#0%0"]}`,
  },
  {
    extractor: conanLock,
    path: 'conan.lock',
    newest: '0.4',
    later: '1.0',
    text: (v) => `{"version":"${v}","graph_lock":{"nodes":{"1":{"ref":"a/1.0"}}}}`,
  },
  {
    extractor: swiftLock,
    path: 'Package.resolved',
    newest: '3',
    later: '4',
    text: (v) => json({ version: Number(v), pins }),
  },
  {
    extractor: dotnetLock,
    path: 'packages.lock.json',
    newest: '2',
    later: '4',
    text: (v) => json({ version: Number(v), dependencies }),
  },
  {
    extractor: dotnetLock,
    path: 'project.assets.json',
    newest: '4',
    later: '5',
    text: (v) => json({ version: Number(v), libraries: assets }),
  },
  {
    extractor: juliaLock,
    path: 'Manifest.toml',
    newest: '2.1',
    later: '3.0',
    text: (v) => `manifest_format = "${v}"\n[[deps.a]]\nuuid = "0"\nversion = "1.0"\n`,
  },
];

function json(value: unknown): string {
  return JSON.stringify(value);
}

describe('a lock file says which version of its format it is', () => {
  it.each(formats)('$path, of $newest and $later', async ({ extractor, path, newest, later, text }) => {
    const known = await extracted(extractor, path, text(newest));
    expect(known.packages.map(({ version }) => version)).toEqual(['1.0']);
    expect(known.problems).toEqual([]);

    const unknown = await extracted(extractor, path, text(later));
    expect(unknown.packages).toEqual(known.packages);
    expect(unknown.problems.map(({ code, path: of }) => [code, of])).toEqual([['lock-version-unknown', path]]);
    expect(unknown.problems[0]?.message).toContain(`of version ${later.replaceAll("'", '')}, and versions up to `);
  });

  it('says a later version once, though two extractors read the file', async () => {
    expect((await extracted(pythonLock, 'pixi.lock', pixi('8'))).problems).toEqual([]);
  });

  it.each(['5.4-inlineSpecifiers', '6.1', '9.1'])('knows pnpm’s version %s', async (version) => {
    expect((await extracted(nodeLock, 'pnpm-lock.yaml', `lockfileVersion: ${version}\n`)).problems).toEqual([]);
  });

  it('knows no version that is no number', async () => {
    const { problems } = await extracted(nodeLock, 'pnpm-lock.yaml', 'lockfileVersion: next\n');
    expect(problems.map(({ code }) => code)).toEqual(['lock-version-unknown']);
  });
});
