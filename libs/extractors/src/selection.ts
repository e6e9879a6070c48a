import type { Extractor, FileSelector } from './extractor';

export interface SelectedBy {
  readonly extractor: Extractor;
  readonly selector: FileSelector;
}

/** Answers "who wants this path" in a few lookups, whatever the number of extractors. */
export class FileSelection {
  readonly #paths = new Map<string, SelectedBy[]>();
  readonly #directories = new Map<string, SelectedBy[]>();
  readonly #baseNames = new Map<string, SelectedBy[]>();
  /** By the last extension: `.deps.json` is found under `.json`. */
  readonly #extensions = new Map<string, SelectedBy[]>();
  /** Who wants every program, wherever it lies: that is decided by its first bytes and not by its path. */
  readonly programs: readonly SelectedBy[];
  /** The same for what can be run and holds a zip. */
  readonly zippedPrograms: readonly SelectedBy[];

  constructor(extractors: readonly Extractor[]) {
    const programs: SelectedBy[] = [];
    const zippedPrograms: SelectedBy[] = [];
    for (const extractor of extractors) {
      for (const selector of extractor.files) {
        const by = { extractor, selector };
        if ('path' in selector) add(this.#paths, selector.path, by);
        else if ('directory' in selector) add(this.#directories, selector.directory, by);
        else if ('baseName' in selector) add(this.#baseNames, selector.baseName, by);
        else if ('program' in selector) programs.push(by);
        else if ('zippedProgram' in selector) zippedPrograms.push(by);
        else add(this.#extensions, extensionOf(selector.suffix), by);
      }
    }
    this.programs = programs;
    this.zippedPrograms = zippedPrograms;
  }

  /** Exact paths, and directories whose children are wanted: what links may lead to from elsewhere. */
  get places(): { readonly paths: readonly string[]; readonly directories: readonly string[] } {
    return { paths: [...this.#paths.keys()], directories: [...this.#directories.keys()] };
  }

  /** By path alone; `programs` and `zippedPrograms` come besides. */
  of(path: string): readonly SelectedBy[] {
    const slash = path.lastIndexOf('/');
    const baseName = path.slice(slash + 1);
    const exact = this.#paths.get(path);
    const inDirectory = this.#directories.get(slash === -1 ? '' : path.slice(0, slash));
    const named = this.#baseNames.get(baseName);
    const ending = this.#extensions.get(extensionOf(baseName));
    if (exact === undefined && inDirectory === undefined && named === undefined && ending === undefined) return nobody;
    const wanted = onceEach([
      ...(exact ?? []),
      ...(inDirectory ?? []).filter(({ selector }) => endsAsWanted(selector, baseName)),
      ...(named ?? []).filter(({ selector }) => liesAsWanted(selector, path)),
      ...(ending ?? []).filter(({ selector }) => endsAsWanted(selector, baseName) && liesAsWanted(selector, path)),
    ]);
    return wanted.length > 0 && insidePackage.test(path)
      ? wanted.filter(({ extractor }) => extractor.reads !== 'lock')
      : wanted;
  }
}

/**
 * Where package managers put what they install or unpack. A lock file in there is what the authors of that package developed it with:
 * nobody here asked for it. https://docs.npmjs.com/cli/configuring-npm/folders, https://docs.python.org/3/library/site.html,
 * https://guides.rubygems.org/command-reference/, https://go.dev/ref/mod#module-cache, https://doc.rust-lang.org/cargo/guide/cargo-home.html
 * That a gem's directory is one is looked at first: a name of nothing but digits would else be tried from each of them.
 */
const insidePackage =
  /(?:^|\/)(?:node_modules\/(?!\.)|(?:site|dist)-packages\/|gems\/(?=[^/]+\/)[^/]+-\d|pkg\/mod\/[^/]|registry\/src\/)/;

/** An extractor that wants a file for two reasons still reads it once. */
function onceEach(wanted: readonly SelectedBy[]): readonly SelectedBy[] {
  if (wanted.length < 2) return wanted;
  return wanted.filter(({ extractor }, at) => wanted.findIndex((by) => by.extractor === extractor) === at);
}

const nobody: readonly SelectedBy[] = [];

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot === -1 ? '' : name.slice(dot).toLowerCase();
}

function endsAsWanted(selector: FileSelector, baseName: string): boolean {
  if (!('suffix' in selector) || selector.suffix === undefined) return true;
  const { suffix } = selector;
  if (baseName.slice(-suffix.length).toLowerCase() !== suffix.toLowerCase()) return false;
  return !('prefix' in selector) || selector.prefix === undefined || baseName.startsWith(selector.prefix);
}

function liesAsWanted(selector: FileSelector, path: string): boolean {
  if (!('below' in selector) || selector.below === undefined) return true;
  return path.startsWith(`${selector.below}/`) || path.includes(`/${selector.below}/`);
}

function add(map: Map<string, SelectedBy[]>, key: string, value: SelectedBy): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
