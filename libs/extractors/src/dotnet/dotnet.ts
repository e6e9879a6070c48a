import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extraction, Extractor, LayerFile } from '../extractor';
import { readDeps, type Deps } from './deps';

/** Real ones have a megabyte or two; parsing takes some sixteen times as much memory as the text. */
const maxBytes = 16 * 1024 * 1024;

/** .NET programs and the shared frameworks that run them, by their deps.json. See README.md beside this file. */
export const dotnet: Extractor = {
  id: 'dotnet',
  revision: 2,
  reads: 'language',
  files: [{ suffix: '.deps.json', maxBytes }],
  extract: (file) => Promise.resolve(readDepsFile(file)),
};

function readDepsFile({ path, bytes }: LayerFile): Extraction {
  const deps = readDeps(bytes);
  if (deps === undefined) {
    const message = `"${path}" is no deps.json of a .NET program that can be read; its packages are not known.`;
    return { packages: [], problems: [{ code: 'dotnet-deps-invalid', message, path }] };
  }
  const framework = frameworkPackages(path, deps);
  const names = new Set(framework.map((pkg) => pkg.name.toLowerCase()));
  const others = deps.packages.filter((pkg) => !names.has(pkg.name.toLowerCase()));
  return { packages: [...framework, ...others], problems: [] };
}

/**
 * `shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json`: the directory says the version. Advisories name the
 * package that a self-contained program would take the same files from, `Microsoft.NETCore.App.Runtime.linux-x64`; up to
 * version 2 it was `Microsoft.NETCore.App` itself.
 */
function frameworkPackages(path: string, { runtimeIdentifier }: Deps): readonly ExtractedPackage[] {
  const place = /(?:^|\/)shared\/([\w.]{1,100})\/(\d[\w.+-]{0,100})\/([\w.]{1,100})\.deps\.json$/i.exec(path);
  const [, framework, version, file] = place ?? [];
  if (framework === undefined || version === undefined || framework !== file) return [];
  if (Number.parseInt(version, 10) < 3 || runtimeIdentifier === undefined) return [{ name: framework, version }];
  return [{ name: `${framework}.Runtime.${runtimeIdentifier}`, version }];
}
