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

  constructor(extractors: readonly Extractor[]) {
    for (const extractor of extractors) {
      for (const selector of extractor.files) {
        if ('path' in selector) add(this.#paths, selector.path, { extractor, selector });
        else if ('directory' in selector) add(this.#directories, selector.directory, { extractor, selector });
        else add(this.#baseNames, selector.baseName, { extractor, selector });
      }
    }
  }

  /** Exact paths, and directories whose children are wanted: what links may lead to from elsewhere. */
  get places(): { readonly paths: readonly string[]; readonly directories: readonly string[] } {
    return { paths: [...this.#paths.keys()], directories: [...this.#directories.keys()] };
  }

  of(path: string): readonly SelectedBy[] {
    const found: SelectedBy[] = [];
    const exact = this.#paths.get(path);
    if (exact !== undefined) found.push(...exact);
    const slash = path.lastIndexOf('/');
    for (const candidate of this.#directories.get(slash === -1 ? '' : path.slice(0, slash)) ?? []) {
      if (!('directory' in candidate.selector)) continue;
      if (candidate.selector.suffix === undefined || path.endsWith(candidate.selector.suffix)) found.push(candidate);
    }
    for (const candidate of this.#baseNames.get(path.slice(slash + 1)) ?? []) {
      if ('below' in candidate.selector && isBelow(path, candidate.selector.below)) found.push(candidate);
    }
    return found;
  }
}

function isBelow(path: string, directoryName: string): boolean {
  return path.startsWith(`${directoryName}/`) || path.includes(`/${directoryName}/`);
}

function add(map: Map<string, SelectedBy[]>, key: string, value: SelectedBy): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
