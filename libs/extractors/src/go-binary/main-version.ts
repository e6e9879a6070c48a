import type { GoModule, ModuleInfo } from './module-info';

/** Where the version of a program's own module may stand besides its module information. */
export interface VersionVariable {
  /** `main.version`, `github.com/a/b/internal/version.Version` */
  readonly name: string;
  readonly value: string;
}

/**
 * The version of a program's own module, or undefined where nothing states one that can be compared with a release: then no
 * advisory may be said to be about it, nor not. `symbols` is asked only when nothing else answers.
 */
export function mainVersion(
  main: GoModule,
  info: ModuleInfo,
  symbols: () => readonly VersionVariable[],
): string | undefined {
  const stamped = /^v\d+\.\d+\.\d+/.test(main.version) ? main.version : undefined;
  if (stamped !== undefined && !isPseudo(stamped)) return stamped;
  return (
    versionAmong(linkerVariables(info.settings.get('-ldflags') ?? ''), main.path) ??
    versionAmong(symbols(), main.path) ??
    (stamped !== undefined && isComparable(stamped, main) ? stamped : undefined)
  );
}

/** `vX.Y.Z-[pre.0.]<time>-<revision>`: https://go.dev/ref/mod#pseudo-versions */
function isPseudo(version: string): boolean {
  return /[-.]\d{14}-[0-9a-f]{12}(?:\+|$)/.test(version);
}

/**
 * A pseudo-version that follows a tag lies between releases. `v0.0.0-...` says that there was no tag, which is true of a module
 * that came from a proxy (it has a sum), and of a shallow clone says nothing at all.
 */
function isComparable(version: string, main: GoModule): boolean {
  return main.sum !== '' || !version.startsWith('v0.0.0-');
}

/** `-X name=value` in all its spellings: https://pkg.go.dev/cmd/link */
export function linkerVariables(flags: string): VersionVariable[] {
  const variables: VersionVariable[] = [];
  let isValue = false;
  for (const word of words(flags)) {
    const joined = /^--?X=(.*)$/s.exec(word)?.[1];
    const definition = isValue ? word : joined;
    isValue = !isValue && /^--?X$/.test(word);
    const equals = definition?.indexOf('=') ?? -1;
    if (definition !== undefined && equals > 0) {
      variables.push({ name: definition.slice(0, equals), value: definition.slice(equals + 1) });
    }
  }
  return variables;
}

/** Separated by blanks; quotes keep them together, and may begin inside a word. */
function words(flags: string): string[] {
  return Array.from(flags.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*"|['"])+/g), ([word]) => word.replace(/['"]/g, ''));
}

const plainPlaces: ReadonlySet<string> = new Set(['main', 'common', 'version', 'cmd']);

/**
 * Programs keep their version in a variable called `version` or `ver`, by agreement alone. The nearest to the program counts:
 * a variable of one of its commands, then of a package with a telling name, then any. Two answers are no answer.
 */
function versionAmong(variables: readonly VersionVariable[], mainPath: string): string | undefined {
  const ranked: Set<string>[] = [new Set(), new Set(), new Set()];
  for (const { name, value } of variables) {
    const dot = name.lastIndexOf('.');
    if (!/^ver(?:sion)?$/i.test(name.slice(dot + 1))) continue;
    const version = /^v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)$/.exec(value)?.[1];
    if (version === undefined) continue;
    const place = name.slice(0, dot);
    const isPlain = plainPlaces.has(place.slice(place.lastIndexOf('/') + 1));
    ranked[place.startsWith(`${mainPath}/cmd/`) ? 0 : isPlain ? 1 : 2]?.add(`v${version}`);
  }
  const nearest = ranked.find((versions) => versions.size > 0);
  return nearest?.size === 1 ? [...nearest][0] : undefined;
}
