import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { elfNotes, readProgram, type ByteSource, type Program } from '@tidewaiter/formats';
import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { readBuildInfo, type BuildInfo } from './build-info';
import { mainVersion, type VersionVariable } from './main-version';
import { parseModuleInfo, unknownVersion, type ModuleInfo } from './module-info';
import { goRelease } from './toolchain';
import { versionSymbols } from './version-symbols';

/** Programs and libraries built by Go. See README.md beside this file. */
export const goBinary: Extractor = {
  id: 'go-binary',
  revision: 3,
  reads: 'language',
  files: [{ program: true, maxBytes: 4 * 1024 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(extract(file)),
};

function extract(file: LayerFile): Extraction {
  const program = readProgram(file.content);
  if (program === undefined) return nothingExtracted;
  const found = readBuildInfo(file.content, program);
  switch (found.state) {
    case 'none':
      return isByGo(file.content, program) ? { packages: [], problems: [missing(file.path)] } : nothingExtracted;
    case 'damaged':
      return { packages: [], problems: [damaged(file.path)] };
    case 'found':
      return packagesOf(file.path, found.info, () => versionSymbols(file.content, program));
  }
}

function packagesOf(path: string, info: BuildInfo, symbols: () => readonly VersionVariable[]): Extraction {
  const modules = parseModuleInfo(info.modules);
  const release = goRelease(info.goVersion);
  const problems: Problem[] = [];
  const packages: ExtractedPackage[] = [];
  if (release === undefined) problems.push(unknownToolchain(path, info.goVersion));
  else packages.push(...ofGoItself(modules, release));
  const { main } = modules;
  if (main !== undefined && main.path !== '' && !isOfGoItself(modules)) {
    packages.push({ name: main.path, version: mainVersion(main, modules, symbols) ?? unknownVersion });
  }
  for (const { path: name, version } of modules.dependencies) {
    if (name !== '') packages.push({ name, version: version === '' ? unknownVersion : version });
  }
  if (saysNothing(modules)) problems.push(unknownModules(path));
  return { packages: distinct(packages), problems };
}

/**
 * Go's linker leaves a note near the beginning of an ELF file, which is there even when the end of the file is not. Who takes note and build
 * information out, as esbuild does, has to leave the table that its runtime needs.
 */
function isByGo(source: ByteSource, { sections }: Program): boolean {
  if (sections.some(({ name }) => name === '.gopclntab' || name === '__gopclntab')) return true;
  for (const note of elfNotes(source)) if (note.owner === 'Go') return true;
  return false;
}

/** Advisories know Go's standard library and its commands under these names. */
function ofGoItself(modules: ModuleInfo, release: string): ExtractedPackage[] {
  const library = { name: 'stdlib', version: release };
  return isOfGoItself(modules) ? [library, { name: 'toolchain', version: release }] : [library];
}

function isOfGoItself({ packagePath, main }: ModuleInfo): boolean {
  return packagePath.startsWith('cmd/') && (main === undefined || main.path === 'cmd');
}

/** Built without modules, or by a build tool that does not write them: whatever was linked in is not stated. */
function saysNothing(modules: ModuleInfo): boolean {
  if (modules.main !== undefined || modules.dependencies.length > 0 || isOfGoItself(modules)) return false;
  return modules.packagePath !== 'command-line-arguments';
}

function distinct(packages: readonly ExtractedPackage[]): ExtractedPackage[] {
  return [...new Map(packages.map((pkg) => [`${pkg.name}\n${pkg.version}`, pkg])).values()];
}

function damaged(path: string): Problem {
  return {
    code: 'go-build-info-damaged',
    message: `The Go program "${path}" has build information that cannot be read (it is cut or damaged); its modules are not known.`,
    path,
  };
}

function missing(path: string): Problem {
  return {
    code: 'go-build-info-missing',
    message: `The program "${path}" was built by Go and has no build information: it was taken out, the file is cut, or older than Go 1.13; its modules are not known.`,
    path,
  };
}

function unknownToolchain(path: string, stated: string): Problem {
  return {
    code: 'go-toolchain-unknown',
    message: `The Go program "${path}" was built by "${stated.slice(0, 128)}", which is no release of Go; its standard library cannot be judged.`,
    path,
  };
}

function unknownModules(path: string): Problem {
  return {
    code: 'go-modules-unknown',
    message: `The Go program "${path}" was built without module information; which modules are in it is not known. Build it with Go modules.`,
    path,
  };
}
