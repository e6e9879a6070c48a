export interface GoModule {
  readonly path: string;
  readonly version: string;
  /** There where the module came from a proxy or a cache and not from the builder's own tree. */
  readonly sum: string;
}

export interface ModuleInfo {
  /** Path of the main package; `command-line-arguments` where files were named. */
  readonly packagePath: string;
  readonly main?: GoModule;
  /** What was linked in, replacements in place of what they replace. */
  readonly dependencies: readonly GoModule[];
  readonly settings: ReadonlyMap<string, string>;
}

/** Go's own word for "built from a tree that has no version". No version scheme reads it: what it is compared with is undetermined. */
export const unknownVersion = '(devel)';

/** Tab-separated lines, as `runtime/debug.BuildInfo` writes them: https://pkg.go.dev/runtime/debug#BuildInfo */
export function parseModuleInfo(text: string): ModuleInfo {
  let packagePath = '';
  let main: GoModule | undefined;
  const dependencies: GoModule[] = [];
  const settings = new Map<string, string>();
  let last: 'main' | 'dependency' | undefined;
  for (const line of text.split('\n')) {
    const [kind, first = '', version = '', sum = ''] = line.split('\t');
    if (kind === 'path') packagePath = first;
    else if (kind === 'build') addSetting(settings, line.slice('build\t'.length));
    else if (kind === 'mod') {
      main = { path: first, version, sum };
      last = 'main';
    } else if (kind === 'dep') {
      dependencies.push({ path: first, version, sum });
      last = 'dependency';
    } else if (kind === '=>' && last === 'main') main = { path: first, version, sum };
    else if (kind === '=>' && last === 'dependency')
      dependencies.push(replacementOf(dependencies.pop(), { path: first, version, sum }));
  }
  return { packagePath, ...(main === undefined ? {} : { main }), dependencies, settings };
}

/** A directory is no module of another name: the code is imported by the path that it replaces, https://go.dev/ref/mod#go-mod-file-replace */
function replacementOf(replaced: GoModule | undefined, replacement: GoModule): GoModule {
  const isDirectory = replacement.version === '' || replacement.version === unknownVersion;
  if (replaced === undefined || !isDirectory) return replacement;
  return { path: replaced.path, version: unknownVersion, sum: '' };
}

function addSetting(settings: Map<string, string>, setting: string): void {
  const equals = setting.indexOf('=');
  if (equals > 0) settings.set(setting.slice(0, equals), unquoted(setting.slice(equals + 1)));
}

/** Values with blanks or quotes in them are Go string literals. */
function unquoted(value: string): string {
  if (value.length < 2) return value;
  if (value.startsWith('`')) return value.slice(1, -1);
  if (!value.startsWith('"')) return value;
  return value.slice(1, -1).replace(/\\(.)/g, (_escape, char: string) => escapes[char] ?? char);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
